"""The picture: where each word of a tally lies, so that no word ever jumps.

Pure: the same cloud and the same tally always give the same next cloud.
"""
