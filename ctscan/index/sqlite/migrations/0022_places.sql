-- Places of addresses also by the digits behind the letters: tens of thousands of addresses such as `member1@` had one
-- place, which a look-up of each of them read. Python fills the table again behind the last migration (`check_filling`),
-- with a total for each place among those of domains.
DELETE FROM mailbox;
DELETE FROM control_total WHERE id BETWEEN 128 AND 159; -- of the family MAILBOX
