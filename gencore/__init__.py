"""The Creation Challenge: a library for a course on generative AI."""
