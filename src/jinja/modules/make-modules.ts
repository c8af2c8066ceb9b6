import { raise } from '../runtime/errors.ts'
import { doubleOf } from '../runtime/numbers.ts'
import { PyDict, type PyObject, type PyValue } from '../runtime/values.ts'
import { integer, method, named, PyNamespace, required } from './arguments.ts'
import { dateFromIso, makeDate, ORDINAL_OF_1970, PyDate } from './date.ts'
import { datetimeFromIso, datetimeOf, makeDatetime, PyDatetime, parseDatetime } from './datetime.ts'
import { itertoolsModule } from './itertools.ts'
import { pytzModule } from './pytz.ts'
import { regexModule } from './regex.ts'
import { makeTime, PyTime, zoneArgument } from './time.ts'
import { makeTimedelta, PyTimedelta } from './timedelta.ts'

const DAY_END = 86_399_999_999

/** `modules` of dbt's context, with the parts that dbt shows of datetime, pytz, re and itertools, over the clock that is given. */
export function makeModules(now: () => Date): PyDict {
  return PyDict.ofStrings({
    datetime: datetimeModule(now),
    pytz: pytzModule(),
    re: regexModule(),
    itertools: itertoolsModule(),
  })
}

function datetimeModule(now: () => Date): PyObject {
  // Warehouses run on servers whose clock is UTC; a wall clock without a zone is UTC here whatever the machine says.
  const naive = (): PyDatetime => {
    const { days, clock } = datetimeOf(now())
    return new PyDatetime(days, clock)
  }
  const today = (): PyDate => new PyDate(naive().days)
  const fromTimestamp = (value: PyValue | undefined): number => {
    const seconds = doubleOf(value ?? null)
    return seconds === undefined ? raise('TypeError', 'a number is required') : Math.round(seconds * 1_000_000)
  }
  const dateClass = new PyNamespace(
    'datetime.date',
    {
      today: method('today', today),
      fromisoformat: method('fromisoformat', (args) => dateFromIso(args[0])),
      fromordinal: method('fromordinal', (args) => new PyDate(integer(args[0]) - ORDINAL_OF_1970)),
      fromtimestamp: method(
        'fromtimestamp',
        (args) => new PyDate(PyDatetime.ofLocal(fromTimestamp(args[0]), null).days),
      ),
      min: PyDate.of(1, 1, 1),
      max: PyDate.of(9999, 12, 31),
      resolution: PyTimedelta.of(0, 1),
    },
    makeDate,
  )
  const datetimeClass = new PyNamespace(
    'datetime.datetime',
    {
      now: method('now', (args, kwargs) => {
        const zone = zoneArgument(named('now', ['tz'], args, kwargs)['tz'], null)
        return zone === null ? naive() : datetimeOf(now(), zone)
      }),
      utcnow: method('utcnow', naive),
      today: method('today', naive),
      strptime: method('strptime', parseDatetime),
      fromisoformat: method('fromisoformat', (args) => datetimeFromIso(args[0])),
      fromtimestamp: method('fromtimestamp', (args, kwargs) => {
        const given = named('fromtimestamp', ['timestamp', 'tz'], args, kwargs)
        const zone = zoneArgument(given['tz'], null)
        const micros = fromTimestamp(given['timestamp'])
        return zone === null ? PyDatetime.ofLocal(micros, null) : PyDatetime.ofUtc(micros, zone)
      }),
      utcfromtimestamp: method('utcfromtimestamp', (args) => PyDatetime.ofLocal(fromTimestamp(args[0]), null)),
      fromordinal: method('fromordinal', (args) => new PyDatetime(integer(args[0]) - ORDINAL_OF_1970, 0)),
      combine: method('combine', (args, kwargs) => {
        const given = named('combine', ['date', 'time', 'tzinfo'], args, kwargs)
        const date = required('combine', 'date', given['date'])
        const time = required('combine', 'time', given['time'])
        if (!(date instanceof PyDate)) raise('TypeError', 'combine() argument 1 must be datetime.date')
        if (!(time instanceof PyTime)) raise('TypeError', 'combine() argument 2 must be datetime.time')
        return new PyDatetime(date.days, time.microseconds, zoneArgument(given['tzinfo'], time.zone))
      }),
      min: new PyDatetime(PyDate.of(1, 1, 1).days, 0),
      max: new PyDatetime(PyDate.of(9999, 12, 31).days, DAY_END),
      resolution: PyTimedelta.of(1),
    },
    makeDatetime,
  )
  return new PyNamespace('datetime', {
    date: dateClass,
    datetime: datetimeClass,
    time: new PyNamespace('datetime.time', { min: new PyTime(0), max: new PyTime(DAY_END) }, makeTime),
    timedelta: new PyNamespace(
      'datetime.timedelta',
      {
        min: PyTimedelta.of(0, -999_999_999),
        max: PyTimedelta.of(86_399_999_999, 999_999_999),
        resolution: PyTimedelta.of(1),
      },
      makeTimedelta,
    ),
  })
}
