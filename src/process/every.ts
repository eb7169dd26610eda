import { setImmediate as otherWork } from 'node:timers/promises';

/** Looks in one go, before other work has its turn. */
const atOnce = 64;

interface Wheel {
  looks: Set<() => void>;
  timer: NodeJS.Timeout;
}

/** By their intervals: there are as many timers as intervals, however many runs are looked at. */
const wheels = new Map<number, Wheel>();

const turn = (looks: Set<() => void>): (() => void) => {
  let turning = false;
  const goRound = async (): Promise<void> => {
    let looked = 0;
    for (const look of [...looks]) {
      if (looks.has(look)) look();
      looked += 1;
      if (looked % atOnce === 0) await otherWork();
    }
  };
  return () => {
    if (turning) return;
    turning = true;
    void goRound().finally(() => (turning = false));
  };
};

/**
 * Calls back every so often, until it is ended.
 * @param look - must not throw
 * @returns ends it
 */
export const every = (milliseconds: number, look: () => void): (() => void) => {
  let wheel = wheels.get(milliseconds);
  if (wheel === undefined) {
    const looks = new Set<() => void>();
    wheel = { looks, timer: setInterval(turn(looks), milliseconds) };
    wheels.set(milliseconds, wheel);
  }
  const { looks, timer } = wheel;
  looks.add(look);
  return () => {
    if (!looks.delete(look) || looks.size > 0) return;
    clearInterval(timer);
    wheels.delete(milliseconds);
  };
};
