"""Attribution of values to people: evidence in the certificate first, the shape of names and name lists last."""
