-- A partial number, or one with a wrong check digit, is no key of a person: it joins nobody in a report either.
DROP VIEW exposure_persons;
CREATE VIEW exposure_persons AS
SELECT person_in_certificate AS person_id, certificate_id, person_label,
    coalesce(
        min(CASE WHEN category = 'user.contact.email'
            AND qualifiers NOT LIKE '%partial%' AND qualifiers NOT LIKE '%invalid%' THEN canonical END),
        min(CASE WHEN (category LIKE 'user.government_id%' OR category LIKE 'user.unique_id%')
            AND qualifiers NOT LIKE '%partial%' AND qualifiers NOT LIKE '%invalid%' THEN canonical END),
        person_in_certificate
    ) AS person_key,
    min(CASE WHEN category = 'user.name' THEN value END) AS name,
    min(CASE WHEN category = 'user.contact.email' THEN canonical END) AS address,
    min(domain) AS domain,
    count(*) AS findings,
    sum(sensitivity <> 'ordinary') AS sensitive_findings
FROM exposure_findings
WHERE subject_kind = 'person'
GROUP BY certificate_id, person_label;

DROP VIEW exposure_version;
CREATE VIEW exposure_version AS SELECT 2 AS version;
