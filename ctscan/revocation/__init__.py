"""Asks CAs what became of kept certificates: the worker of `ctscan status --refresh`.

    kept certificates -> where their lists are -> each list once: fetch or take from the index -> judge -> keep
                         what no list tells (only where agreed): record the disclosure -> ask OCSP -> keep

A list covers many certificates, so that fetching it doesn't tell for which (unless a CA gives each one an address of
its own); an OCSP question names the certificate to its CA, so it comes last and is asked only with consent. What one
server does never stops another. Every batch is kept when it is judged, so a run that is broken off is taken up by the
next. `worker.py` is the whole run, `lists.py` judges by lists, `responders.py` asks OCSP, `issuers.py` finds who
issued a certificate, `fetching.py` is all that goes over the network, `allowance.py` what that may cost.
"""
