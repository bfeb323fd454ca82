"""Ordmoln: an answer is appended to its room's log, and all that anyone sees is computed from it.

phone, coach -> live.rooms.record -> log -> since -> Room.apply -> tick -> Cloud.step -> log ->
messages -> sockets -> stage, coach, phone. Imports run one way: web -> live -> room, cloud, log.
"""
