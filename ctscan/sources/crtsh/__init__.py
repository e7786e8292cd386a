"""crt.sh over HTTP in parts: how it is asked, what it answers, and how a cut answer is made whole.

Drawn from the servers' own code, crtsh/certwatch_db (`fnc/web_apis.fnc`, `fnc/identities.fnc`) and crtsh/crtsh-web.
The source itself is `repositories/crtsh.py`.
"""
