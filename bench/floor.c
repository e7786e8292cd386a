/* Floor of a static-ct scan: unpack data tiles, hash their leaves, compute their roots, and nothing else.
 *
 *     cc -O2 floor.c -o floor -ldeflate -lcrypto
 *     floor < LIST          LIST: path of a data tile (a gzip file) on each line
 *
 * Prints {"entries": …, "roots": "…"}: number of entries, and SHA-256 over the roots of all tiles in hex. One thread;
 * no network, no prefilter, no index. Layout of a tile: static-ct-api, "Log Entries"; hashes: RFC 6962 section 2.1.
 */

#define OPENSSL_SUPPRESS_DEPRECATED /* the calls below use SHA instructions, and cost less than EVP for short input */

#include <libdeflate.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 256                  /* entries of a whole tile */
#define PACKED (16u << 20)         /* octets of the largest file that is read */
#define UNPACKED (64u << 20)       /* octets of the largest tile */

typedef unsigned char octet;

static void fail(const char *path, const char *problem)
{
    fprintf(stderr, "floor: %s: %s\n", path, problem);
    exit(1);
}

static size_t number(const octet *at, int octets)
{
    size_t value = 0;
    while (octets--) value = value << 8 | *at++;
    return value;
}

/* Step over a field behind its length. Returns NULL beyond the end. */
static const octet *past(const octet *at, const octet *end, int octets)
{
    if (at == NULL || end - at < octets) return NULL;
    size_t size = number(at, octets);
    at += octets;
    return (size_t)(end - at) < size ? NULL : at + size;
}

/* Find the end of a TimestampedEntry, and of the entry, which goes on with the submitted precertificate and the chain. */
static const octet *leaf_end(const octet *at, const octet *end, const octet **entry_end)
{
    if (end - at < 10) return NULL;
    size_t type = number(at + 8, 2); /* behind the timestamp: 0 a certificate, 1 a precertificate */
    at += 10;
    if (type > 1 || (type == 1 && end - at < 32)) return NULL;
    const octet *leaf = past(past(at + (type ? 32 : 0), end, 3), end, 2); /* certificate or TBS, extensions */
    *entry_end = past(type ? past(leaf, end, 3) : leaf, end, 2);
    return *entry_end == NULL ? NULL : leaf;
}

static void hash_leaf(const octet *leaf, size_t size, octet *into)
{
    static const octet prefix[3] = {0, 0, 0}; /* 0 of a leaf; version and type of a MerkleTreeLeaf */
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, prefix, sizeof prefix);
    SHA256_Update(&context, leaf, size);
    SHA256_Final(into, &context);
}

/* Replace hashes by their root: hash pairs from the left, move an odd last node up. */
static void root_of(octet (*hashes)[32], size_t count)
{
    octet node[65] = {1};
    for (; count > 1; count = (count + 1) / 2) {
        for (size_t pair = 0; pair < count / 2; pair++) {
            memcpy(node + 1, hashes[2 * pair], 64);
            SHA256(node, sizeof node, hashes[pair]);
        }
        if (count % 2) memcpy(hashes[count / 2], hashes[count - 1], 32);
    }
}

static size_t read_file(const char *path, octet *into)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail(path, "can't be opened");
    setvbuf(file, NULL, _IONBF, 0);
    size_t size = fread(into, 1, PACKED, file);
    fclose(file);
    return size;
}

int main(void)
{
    octet *packed = malloc(PACKED), *tile = malloc(UNPACKED);
    struct libdeflate_decompressor *unpacker = libdeflate_alloc_decompressor();
    if (packed == NULL || tile == NULL || unpacker == NULL) fail("memory", "expected enough, got less");
    octet hashes[WIDTH][32], digest[32];
    SHA256_CTX roots;
    SHA256_Init(&roots);
    size_t entries = 0;
    char path[4096];
    while (fgets(path, sizeof path, stdin) != NULL) {
        path[strcspn(path, "\n")] = '\0';
        size_t size = read_file(path, packed), unpacked = 0, count = 0;
        if (libdeflate_gzip_decompress(unpacker, packed, size, tile, UNPACKED, &unpacked) != LIBDEFLATE_SUCCESS)
            fail(path, "expected a gzip file of a tile");
        const octet *at = tile, *end = tile + unpacked, *next;
        for (; at < end; at = next, count++) {
            const octet *leaf = count < WIDTH ? leaf_end(at, end, &next) : NULL;
            if (leaf == NULL) fail(path, "expected at most 256 whole entries");
            hash_leaf(at, (size_t)(leaf - at), hashes[count]);
        }
        if (count == 0) fail(path, "expected an entry");
        root_of(hashes, count);
        SHA256_Update(&roots, hashes[0], 32);
        entries += count;
    }
    SHA256_Final(digest, &roots);
    printf("{\"entries\": %zu, \"roots\": \"", entries);
    for (size_t i = 0; i < sizeof digest; i++) printf("%02x", digest[i]);
    puts("\"}");
    libdeflate_free_decompressor(unpacker);
    free(tile);
    free(packed);
    return 0;
}
