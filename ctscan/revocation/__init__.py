"""Revocation of kept certificates, asked of their CAs: the use case behind `ctscan status --refresh`.

    kept certificates -> addresses of their CRLs -> each CRL once: fetch or take from the index -> check -> keep
                         still unknown, with consent only: record the disclosure -> ask OCSP -> keep

A CRL covers many certificates, so fetching it doesn't reveal which certificate is meant (unless a CA gives each
certificate an address of its own). An OCSP question names the certificate to its CA, so it comes last and needs
consent. A server's failure never stops another server. Every batch is kept once it is checked, so an interrupted run is
continued by the next.

`refresh.py` is the whole run, `crls.py` checks by CRL, `ocsp_queries.py` asks OCSP, `issuer_fetch.py` finds issuers,
`fetcher.py` does all network access, `budget.py` limits its cost, `status.py` derives a certificate's status.
"""
