"""Attacks on the real process: by who sends bytes that mean two things, by who is slow, by many, by who has a key and is greedy.

On loopback addresses only, bounded in count and time.
"""
