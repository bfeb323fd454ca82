"""Setting words: each stays where it stood if it can, else it goes as near as it can."""

from typing import NamedTuple

import numpy as np

from display.cloud.plane import GAP, Bools, Floats, clashes, free_spots

Point = tuple[float, float]


def pack(boxes, font, homes, camera):
    """Places (x, y) of the words by number, biggest first; words that found none are missing."""
    return _Packing(boxes * font[:, None, None], homes, camera).run(font)


class _Packing:
    def __init__(self, own, homes, camera):
        self.own = own
        self.camera = camera
        self.outer = np.concatenate([own[..., :2].min(1), own[..., 2:].max(1)], axis=1)
        self.here = np.array([home is not None for home in homes])
        self.at = np.array([home or (0.0, 0.0) for home in homes])
        self.was = self.at.copy()
        low, high = self._limits()
        self.at = np.where(self.here[:, None], np.clip(self.at, low, high), self.at)
        self.abs = self.own + np.tile(self.at, 2)[:, None, :]

    def _limits(self):
        c = self.camera
        low = np.array([c.x, c.y]) + GAP - self.outer[:, :2]
        high = np.array([c.x + c.width, c.y + c.height]) - GAP - self.outer[:, 2:]
        low = np.ceil(low * 10) / 10
        return low, np.maximum(np.floor(high * 10) / 10, low)

    def run(self, font):
        self.new = ~self.here
        n = len(font)
        self.fixed = np.zeros(n, bool)
        places = {}
        stop = None
        for i in range(n):
            if not self.place(i):
                return places
            self.fixed[i] = True
            places[i] = (float(self.at[i, 0]), float(self.at[i, 1]))
        return places

    def touching(self, i):
        hit = np.zeros(len(self.here), bool)
        others = np.flatnonzero(self.here)
        others = others[others != i]
        hit[others] = clashes(self.abs[i], self.abs[others])
        return hit

    def place(self, i):
        if self.here[i]:
            hit = self.touching(i)
            if not hit.any():
                return True
            if not (hit & self.fixed).any():
                # only smaller ones in the way: try a small move, else they will go
                if self.move(i, self.here, 30.0):
                    return True
                return True
        goal = self.was[i] if not self.new[i] else None
        reaches = [40.0, 160.0, None] if goal is not None else [None]
        for reach in reaches:
            if self.move(i, self.here, reach):
                return True
        for reach in reaches:
            if self.move(i, self.fixed, reach):
                return True
        return False

    def move(self, i, obstacles, reach):
        obstacles = obstacles.copy()
        obstacles[i] = False
        low, high = self._limits()
        low, high = low[i], high[i]
        c = self.camera
        if self.new[i]:
            mid = np.array([c.x + c.width / 2, c.y + c.height / 2])
            goal = mid - (self.outer[i, :2] + self.outer[i, 2:]) / 2
            weight = np.array([c.height / c.width, 1.0])
        else:
            goal = self.was[i]
            weight = np.array([1.0, 1.0])
        step = 4.0
        if reach is not None:
            low, high = np.maximum(low, goal - reach), np.minimum(high, goal + reach)
            step = 2.0 if reach <= 40 else 4.0
            if (low > high).any():
                return False
        xs = np.arange(low[0], high[0] + step, step)
        ys = np.arange(low[1], high[1] + step, step)
        if len(xs) < 2: xs = np.array([low[0], low[0] + step])
        if len(ys) < 2: ys = np.array([low[1], low[1] + step])
        obs = self.abs[obstacles]
        if reach is not None:
            o = self.outer[i]
            m = np.flatnonzero(obstacles)
            ob = self.outer[m] + np.tile(self.at[m], 2)
            near = (ob[:, 2] > xs[0] + o[0] - 4) & (ob[:, 0] < xs[-1] + o[2] + 4) & (ob[:, 3] > ys[0] + o[1] - 4) & (ob[:, 1] < ys[-1] + o[3] + 4)
            obs = obs[near]
        free = free_spots(self.own[i], obs, xs, ys)
        free &= (xs <= high[0]) & (ys <= high[1])[:, None]
        if not free.any():
            return False
        cost = ((xs - goal[0]) * weight[0]) ** 2 + (((ys - goal[1]) * weight[1]) ** 2)[:, None]
        cost = np.where(free, cost, np.inf)
        y, x = divmod(int(cost.argmin()), len(xs))
        self.at[i] = np.round((xs[x], ys[y]), 1)
        self.here[i] = True
        self.abs[i] = self.own[i] + np.tile(self.at[i], 2)
        return True
