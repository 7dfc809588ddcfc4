"""The truth in DynamoDB, through PynamoDB."""
