/**
 * What claude says to a person when its account has come to a limit. 2.1.330 has the time as a number beside it; of older versions, and
 * where a proxy keeps the headers away, the words are all there is:
 *
 *   Claude AI usage limit reached|1755615600                            1.0
 *   Claude usage limit reached. Your limit will reset at 5pm (Europe/Warsaw).
 *   5-hour limit reached ∙ resets 3pm
 *   You've hit your limit · resets 3pm (Europe/Berlin)                  2.0 and 2.1
 *   You've hit your session limit · resets 12:50pm (Europe/Paris)
 *   You've hit your weekly limit · resets Dec 1, 12:30am (Europe/Berlin)
 *   You've hit your limit · resets May 5 at 9pm (America/New_York)
 */
const limitTexts =
  /^(?:claude(?: ai)? usage limit reached|you[’']ve hit your (?:[\w-]+ )?limit\b|(?:5-hour|session|weekly|opus|sonnet) limit reached)/i;

/** A text of claude's own is short; a longer one quotes somebody. */
const maxLimitText = 300;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const resets =
  /\bresets?(?: at)? (?:(?<month>[a-z]{3})[a-z]* (?<day>\d{1,2})(?:, (?:(?<year>\d{4}), )?| at ))?(?<hour>\d{1,2})(?::(?<minute>\d{2}))? ?(?<half>[ap])m(?: \((?<zone>[\w/+-]+)\))?/i;

/** Whether the last word of a turn that failed says that the account has come to a limit. */
export const isLimitText = (text: string): boolean => text.length <= maxLimitText && limitTexts.test(text.trimStart());

/** What a clock in the zone shows at a time, as the time at which a clock of UTC shows the same. */
const shownIn = (zone: string | undefined, time: number): number => {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(time);
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
};

/** When a clock in the zone shows it. Asked twice: the first answer may lie on the other side of a change of the clocks. */
const timeAtWhich = (zone: string | undefined, shown: number): number => {
  const first = shown - (shownIn(zone, shown) - shown);
  return shown - (shownIn(zone, first) - first);
};

/** The next time at which a clock of the zone shows what the text says; without a zone it is that of this machine, where the agent runs, too. */
const nextTime = (groups: Readonly<Record<string, string | undefined>>, at: number): number | null => {
  const { month, day, year, minute = '0', half, zone } = groups;
  const hour = (Number(groups['hour']) % 12) + (half?.toLowerCase() === 'p' ? 12 : 0);
  const today = new Date(shownIn(zone, at));
  const index = month === undefined ? today.getUTCMonth() : months.indexOf(month.toLowerCase());
  if (index < 0) return null;
  const on = (years: number, days: number): number =>
    timeAtWhich(
      zone,
      Date.UTC(Number(year ?? today.getUTCFullYear()) + years, index, Number(day ?? today.getUTCDate()) + days, hour, Number(minute)),
    );
  const time = on(0, 0);
  if (time > at || year !== undefined) return time;
  return month === undefined ? on(0, 1) : on(1, 0);
};

/**
 * When the limit is over, by a text of claude's.
 * @param at - when it was said, in milliseconds; null where nobody knows: a time of day then says nothing
 * @returns in ISO 8601, null where the text does not say
 */
export const resetInText = (text: string, at: number | null): string | null => {
  const seconds = /\|(\d{9,11})\b/.exec(text)?.[1];
  if (seconds !== undefined) return new Date(Number(seconds) * 1000).toISOString();
  const groups = resets.exec(text)?.groups;
  if (groups === undefined || at === null) return null;
  try {
    const time = nextTime(groups, at);
    return time === null ? null : new Date(time).toISOString();
  } catch (error) {
    // A zone that this machine does not know.
    if (error instanceof RangeError) return null;
    throw error;
  }
};
