"""Staff of the Back Office: who they are, how they come, what they must keep in order, and how they leave."""
