"""DigiLocker: consent, tokens and documents as a requester; Pull URI, Pull Doc and Push URI as an issuer."""
