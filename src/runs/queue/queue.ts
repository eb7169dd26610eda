import type { Task } from '../../../schemas/task.ts';
import { createAlarm } from '../alarm.ts';
import { Slots, type Turn, type Why } from '../../domain/queue/slots.ts';

/** When a task's turn is. One that a limit has parked comes in its turn again, one whose next run goes on with its last before who begins. */
export const turnOf = ({
  depth,
  priority,
  agent,
  startedAt,
  waitsFor,
}: Pick<Task, 'depth' | 'priority' | 'agent' | 'startedAt' | 'waitsFor'>): Turn => ({
  lane: depth,
  priority,
  agent,
  goesOn: startedAt !== null && waitsFor?.kind !== 'limit',
});

/** The place of one run in the queue, from where it begins to wait to its end. Until it waits or goes on it is nowhere. */
export interface Seat {
  /**
   * It waits for its first slot.
   * @param isHeld - its turn does not come before it is released
   * @param begin - called when it has its slot, which it holds until it leaves
   */
  wait(turn: Turn, isHeld: boolean, begin: () => void): void;
  hold(): void;
  release(): void;
  /** It goes on already, found after a restart: what it had it has, whoever waits. */
  goesOn(turn: Turn, hasSlot: boolean): void;
  /** It waits for something, and others may have its slot. */
  giveBack(): void;
  /** It waits to have a slot again. @returns whether it has one; false where that was given up */
  wantBack(): Promise<boolean>;
  /** It goes on and has a slot, though there be one too many: nobody new has one before that is made good. */
  takeBack(): void;
  leave(): void;
  /** Why it has no slot; null where it waits for none. */
  why(): Why | null;
}

/** Who of those that wait may run, with a real clock: see domain/queue/slots. */
export interface RunQueue {
  seat(): Seat;
  /** @param agent - null is all of them. @param until - in milliseconds since 1970; null until it is said */
  pauseStarts(agent: string | null, until: number | null): void;
  resumeStarts(agent: string | null): void;
  /** Nobody who waits is started any more; who has a slot keeps it. */
  close(): void;
}

/**
 * @param slots - how many may run at once at each depth of the tree
 * @param interval - the least time between two starts, in milliseconds
 */
export const createQueue = (slots: number, interval = 0, now: () => number = Date.now): RunQueue => {
  const line = new Slots<symbol>(slots, interval);
  /** What is called when one that waits has its slot. */
  const waiting = new Map<symbol, (hasSlot: boolean) => void>();
  let isGranting = false;
  let isClosed = false;

  /** Who begins can say something of the queue at once: it is gone through anew then, and not within itself. */
  const grant = (): void => {
    if (isGranting) return;
    alarm.set(null);
    isGranting = true;
    try {
      while (!isClosed) {
        const { granted, again } = line.grant(now());
        for (const place of granted) tell(place, true);
        if (granted.length > 0) continue;
        alarm.set(again);
        break;
      }
    } finally {
      isGranting = false;
    }
  };
  const alarm = createAlarm(now, grant);
  const tell = (place: symbol, hasSlot: boolean): void => {
    const told = waiting.get(place);
    waiting.delete(place);
    told?.(hasSlot);
  };

  const seat = (): Seat => {
    const place = Symbol('place');
    const change = (work: () => void): void => {
      work();
      grant();
    };
    return {
      wait: (turn, isHeld, begin) =>
        change(() => {
          line.add(place, turn, isHeld ? 'held' : 'waiting');
          waiting.set(place, (hasSlot) => {
            if (hasSlot) begin();
          });
        }),
      hold: () => {
        if (line.standing(place) === 'waiting') line.move(place, 'held');
      },
      release: () =>
        change(() => {
          if (line.standing(place) === 'held') line.move(place, 'waiting');
        }),
      goesOn: (turn, hasSlot) => line.add(place, turn, hasSlot ? 'seated' : 'away'),
      giveBack: () =>
        change(() => {
          line.move(place, 'away');
          tell(place, false);
        }),
      wantBack() {
        const standing = line.standing(place);
        if (standing !== 'away' || isClosed) return Promise.resolve(standing === 'seated');
        const { promise, resolve } = Promise.withResolvers<boolean>();
        waiting.set(place, resolve);
        change(() => line.move(place, 'returning'));
        return promise;
      },
      takeBack() {
        line.move(place, 'seated');
        tell(place, true);
      },
      leave: () =>
        change(() => {
          line.remove(place);
          tell(place, false);
        }),
      why: () => line.why(place, now()),
    };
  };
  return {
    seat,
    pauseStarts(agent, until) {
      line.pause(agent, until);
      grant();
    },
    resumeStarts(agent) {
      line.resume(agent);
      grant();
    },
    close() {
      isClosed = true;
      alarm.set(null);
    },
  };
};
