/** What of a task says when its turn is. */
export interface Turn {
  /** Its depth in the tree: each has slots of its own, so that a parent that waits never holds what its children need. */
  lane: number;
  /** Higher goes first. */
  priority: number;
  /** Whose starts can be paused by themselves. */
  agent: string;
  /** It ran before and goes on: of one priority it comes before who begins. Default false. */
  goesOn?: boolean;
}

/**
 * Where one stands: `held`: its turn does not come yet; `waiting`: for its first slot; `seated`: it has a slot; `away`: it gave it back;
 * `returning`: it waits to have one again.
 */
export type Standing = 'held' | 'waiting' | 'seated' | 'away' | 'returning';

/** Why one that waits has no slot: its place in its lane, or that starts are paused until a time, null where nobody knows it. */
export type Why = { kind: 'slot'; position: number } | { kind: 'limit'; until: number | null };

interface Place extends Required<Turn> {
  standing: Standing;
  arrived: number;
}

interface Lane {
  /** Those who wait or return, whoever is next first. */
  line: Place[];
  seated: number;
}

const hadSlot = ({ standing, goesOn }: Place): boolean => goesOn || standing === 'returning';

/** Priority first; of one priority whoever had a slot before; then first come. */
const before = (one: Place, other: Place): number =>
  other.priority - one.priority || Number(hadSlot(other)) - Number(hadSlot(one)) || one.arrived - other.arrived;

/** Where one stands in a line, or would. */
const placeIn = (line: readonly Place[], place: Place): number => {
  let [low, high] = [0, line.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = line[middle];
    if (there !== undefined && before(there, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * Who may run: a lane for each depth, with slots of its own; in a lane priority, then whoever had a slot and wants one again, then
 * first come. Who waits for something else holds no slot and nobody up. Nothing is done here but deciding: whoever drives it says what
 * happens and what time it is, in milliseconds.
 */
export class Slots<Key> {
  readonly #slots: number;
  readonly #interval: number;
  readonly #places = new Map<Key, Place>();
  readonly #keys = new Map<Place, Key>();
  readonly #lanes = new Map<number, Lane>();
  /** Until when starts of an agent are paused; of all under null. */
  readonly #pauses = new Map<string | null, number | null>();
  #arrivals = 0;
  #nextStart = -Infinity;

  /**
   * @param slots - in each lane
   * @param interval - the least time between two starts, whatever their lanes
   */
  constructor(slots: number, interval: number) {
    this.#slots = slots;
    this.#interval = interval;
  }

  /** One more, which stands as it is said; an earlier one of the same key is forgotten. */
  add(key: Key, turn: Turn, standing: Standing): void {
    this.remove(key);
    this.#arrivals += 1;
    const { lane, priority, agent, goesOn = false } = turn;
    const place: Place = { lane, priority, agent, goesOn, standing, arrived: this.#arrivals };
    this.#places.set(key, place);
    this.#keys.set(place, key);
    this.#enter(place);
  }

  /** It is through, or gives up: its slot is free, its place gone. */
  remove(key: Key): void {
    const place = this.#places.get(key);
    if (!place) return;
    this.#exit(place);
    this.#places.delete(key);
    this.#keys.delete(place);
  }

  /** It stands otherwise from now on. Its arrival stays what it was, and one that is not there (any more) is passed over. */
  move(key: Key, standing: Standing): void {
    const place = this.#places.get(key);
    if (!place || place.standing === standing) return;
    this.#exit(place);
    place.standing = standing;
    this.#enter(place);
  }

  standing(key: Key): Standing | null {
    return this.#places.get(key)?.standing ?? null;
  }

  /**
   * Nobody of an agent is started until a time; who has a slot keeps it, and who had one gets it again.
   * @param agent - null is everybody
   * @param until - null until it is said that they may
   */
  pause(agent: string | null, until: number | null): void {
    this.#pauses.set(agent, until);
  }

  /** Starts may go on. */
  resume(agent: string | null): void {
    this.#pauses.delete(agent);
  }

  /** Why one that waits has no slot; null where it waits for none. */
  why(key: Key, now: number): Why | null {
    const place = this.#places.get(key);
    if (place?.standing !== 'waiting' && place?.standing !== 'returning') return null;
    const pause = place.standing === 'waiting' ? this.#pauseOf(place, now) : null;
    return pause ? { kind: 'limit', until: pause.until } : { kind: 'slot', position: placeIn(this.#lane(place).line, place) + 1 };
  }

  /**
   * Gives what is free to those whose turn it is.
   * @returns who has a slot now, in order, and when this is to be asked again though nothing happens; null where that is not needed
   */
  grant(now: number): { granted: Key[]; again: number | null } {
    // A clock that was set back must not keep everybody waiting.
    this.#nextStart = Math.min(this.#nextStart, now + this.#interval);
    const granted: Key[] = [];
    let again = Infinity;
    for (const place of this.#candidates(now, (until) => (again = Math.min(again, until)))) {
      if (place.standing === 'waiting') {
        // Its slot stays free for it: it is next, and only the interval is not over.
        if (now < this.#nextStart) {
          again = Math.min(again, this.#nextStart);
          continue;
        }
        if (this.#interval > 0) this.#nextStart = now + this.#interval;
      }
      const key = this.#keys.get(place);
      if (key === undefined) continue;
      this.move(key, 'seated');
      granted.push(key);
    }
    return { granted, again: again === Infinity ? null : again };
  }

  /** As many of each lane as it has free slots for, in the order in which they are to have them, whatever their lanes. */
  #candidates(now: number, later: (until: number) => void): Place[] {
    const found: Place[] = [];
    for (const { line, seated } of this.#lanes.values()) {
      let free = this.#slots - seated;
      for (const place of line) {
        if (free <= 0) break;
        const pause = place.standing === 'waiting' ? this.#pauseOf(place, now) : null;
        if (pause) {
          if (pause.until !== null) later(pause.until);
          continue;
        }
        found.push(place);
        free -= 1;
      }
    }
    return found.sort(before);
  }

  /** The pause that ends last of those that hold it. */
  #pauseOf({ agent }: Place, now: number): { until: number | null } | null {
    let longest: { until: number | null } | null = null;
    for (const whose of [null, agent]) {
      const until = this.#pauses.get(whose);
      if (until === undefined) continue;
      if (until !== null && until <= now) this.#pauses.delete(whose);
      else if (longest === null || until === null || (longest.until !== null && until > longest.until)) longest = { until };
    }
    return longest;
  }

  #lane({ lane }: Place): Lane {
    const known = this.#lanes.get(lane);
    if (known) return known;
    const made: Lane = { line: [], seated: 0 };
    this.#lanes.set(lane, made);
    return made;
  }

  #enter(place: Place): void {
    const lane = this.#lane(place);
    if (place.standing === 'seated') lane.seated += 1;
    if (place.standing === 'waiting' || place.standing === 'returning') lane.line.splice(placeIn(lane.line, place), 0, place);
  }

  #exit(place: Place): void {
    const lane = this.#lane(place);
    if (place.standing === 'seated') lane.seated -= 1;
    if (place.standing === 'waiting' || place.standing === 'returning') lane.line.splice(placeIn(lane.line, place), 1);
    if (lane.seated === 0 && lane.line.length === 0) this.#lanes.delete(place.lane);
  }
}
