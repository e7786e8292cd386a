"""What crt.sh over PostgreSQL is made of: the connection, the statements, the schema, and how a question is halved.

The repository itself is `sources/repositories/crtsh_sql.py`.
"""
