"""The edge: HTTP routes and step Lambdas. Each parses, makes one call to the domain, and answers."""
