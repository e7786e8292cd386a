"""Channels of alerts: each takes a message that is in words already, and sends it to the place of its settings.

    settings ──► kind (`channels/`) ──► sender ──► message: taken, or DeliveryFailed with a reason

Timing (quiet hours, digests, rates, further tries) and masking are pure. No channel knows the index.
"""
