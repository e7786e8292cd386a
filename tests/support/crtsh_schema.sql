-- The part of crt.sh's schema that ctscan asks, with stand-ins for the functions that read certificates: what they tell
-- of a certificate is what a test wrote into "fixture" and "fixture_name". Names, types, partitions and the full text
-- index are as in crtsh/certwatch_db.

CREATE TABLE fixture (
    sha256    bytea PRIMARY KEY,
    serial    bytea NOT NULL,
    not_after timestamp,
    seconds   float NOT NULL DEFAULT 0  -- that reading its names takes
);

CREATE TABLE fixture_name (
    sha256 bytea NOT NULL,
    type   text NOT NULL,  -- dotted, or "san:" and the kind
    raw    bytea NOT NULL
);

CREATE INDEX fixture_name_of ON fixture_name (sha256);

CREATE FUNCTION x509_notAfter(cert bytea) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT not_after FROM public.fixture f WHERE f.sha256 = sha256(cert) $$;

CREATE FUNCTION x509_serialNumber(cert bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT serial FROM public.fixture f WHERE f.sha256 = sha256(cert) $$;

CREATE FUNCTION kinds() RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT '{otherName,rfc822Name,dNSName,x400Address,directoryName,ediPartyName,uniformResourceIdentifier,iPAddress,registeredID}'::text[] $$;

CREATE FUNCTION x509_nameAttributes_raw(cert bytea, is_subject boolean DEFAULT true)
RETURNS TABLE (attribute_oid text, raw_value bytea) LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
    IF current_user = 'guest' THEN  -- who fills the tables doesn't wait
        PERFORM pg_sleep(seconds) FROM public.fixture f WHERE f.sha256 = sha256(cert) AND seconds > 0;
    END IF;
    RETURN QUERY SELECT type, raw FROM public.fixture_name n WHERE n.sha256 = sha256(cert) AND type NOT LIKE 'san:%';
END $$;

CREATE FUNCTION x509_altNames_raw(cert bytea, is_subject boolean DEFAULT true)
RETURNS TABLE (type_num integer, raw_value bytea) LANGUAGE sql STABLE STRICT AS $$
    SELECT array_position(public.kinds(), substr(type, 5)) - 1, raw
      FROM public.fixture_name n WHERE n.sha256 = sha256(cert) AND type LIKE 'san:%'
$$;

CREATE FUNCTION safe_convert_utf8(raw bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN convert_from(raw, 'UTF8');
EXCEPTION WHEN others THEN
    RETURN encode(raw, 'escape');
END $$;

-- A name and all the domains above it.
CREATE FUNCTION with_parents(domain text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT string_agg(array_to_string(labels[first:], '.'), ' ')
      FROM (SELECT string_to_array(domain, '.') AS labels) split, generate_series(1, cardinality(labels)) AS first
$$;

CREATE TEXT SEARCH DICTIONARY certwatch (TEMPLATE = pg_catalog.simple);
CREATE TEXT SEARCH CONFIGURATION certwatch (COPY = pg_catalog.simple);

-- Every name as a whole; of hosts the domains above, of addresses the domain and those above it.
CREATE FUNCTION identities(cert bytea, is_subject boolean DEFAULT true) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT strip(to_tsvector('public.certwatch', coalesce(string_agg(words, ' '), '')))
      FROM (SELECT CASE WHEN type IN ('2.5.4.3', 'san:dNSName') THEN public.with_parents(name)
                        WHEN type IN ('1.2.840.113549.1.9.1', 'san:rfc822Name')
                        THEN name || ' ' || public.with_parents(substr(name, position('@' IN name) + 1))
                        ELSE name END AS words
              FROM (SELECT type, lower(public.safe_convert_utf8(raw)) AS name
                      FROM public.fixture_name n WHERE n.sha256 = sha256(cert)) named) told
$$;

CREATE TABLE certificate (
    id           bigint NOT NULL,
    issuer_ca_id integer NOT NULL,
    certificate  bytea NOT NULL
) PARTITION BY RANGE (coalesce(x509_notAfter(certificate), 'infinity'::timestamp));

CREATE TABLE certificate_2013andbefore PARTITION OF certificate FOR VALUES FROM (MINVALUE) TO ('2014-01-01');
DO $$
BEGIN
    FOR year IN 2014..2029 LOOP
        EXECUTE format('CREATE TABLE certificate_%s PARTITION OF certificate FOR VALUES FROM (%L) TO (%L)',
                       year, year || '-01-01', year + 1 || '-01-01');
    END LOOP;
END $$;
CREATE TABLE certificate_2030andbeyond PARTITION OF certificate FOR VALUES FROM ('2030-01-01') TO (MAXVALUE);

CREATE INDEX c_id ON certificate (id);
CREATE INDEX c_identities ON certificate USING gin (identities(certificate));

CREATE VIEW certificate_and_identities AS
SELECT c.id AS certificate_id, c.certificate, ci.name_type, ci.name_value, c.issuer_ca_id
  FROM certificate c
  LEFT JOIN LATERAL (
      SELECT encode(raw_value, 'escape') AS name_value, attribute_oid AS name_type
        FROM x509_nameAttributes_raw(c.certificate)
      UNION
      SELECT encode(raw_value, 'escape'), 'san:' || (kinds())[type_num + 1] FROM x509_altNames_raw(c.certificate)
  ) ci ON true;

CREATE VIEW certificate_identity AS
SELECT NULL::bigint AS certificate_id, NULL::text AS name_type, NULL::text AS name_value, NULL::integer AS issuer_ca_id;

CREATE TABLE ca_certificate (certificate_id bigint PRIMARY KEY, ca_id integer);
CREATE TABLE ccadb_certificate (certificate_id bigint, ca_owner text);
CREATE TABLE crl_revoked (
    ca_id integer, serial_number bytea, reason_code smallint, revocation_date timestamp, last_seen_check_date timestamp,
    PRIMARY KEY (ca_id, serial_number)
);
CREATE TABLE ct_log (id integer PRIMARY KEY, url text);
CREATE TABLE ct_log_entry (
    certificate_id bigint NOT NULL, entry_id bigint NOT NULL, entry_timestamp timestamp NOT NULL,
    ct_log_id integer NOT NULL REFERENCES ct_log (id)
) PARTITION BY RANGE (entry_timestamp);
CREATE TABLE ct_log_entry_all PARTITION OF ct_log_entry FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
CREATE INDEX ctle_c ON ct_log_entry (certificate_id);

-- Sessions that list certificates, in the middle of a certificate that takes its time. (A server forgets to cancel what
-- it has only begun to read.)
CREATE VIEW listing AS
SELECT pid FROM pg_stat_activity
 WHERE application_name = 'ctscan' AND wait_event = 'PgSleep' AND query LIKE '%certificate_and_identities cai%';

GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest;
