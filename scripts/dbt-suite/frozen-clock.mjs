// Preloaded into tdbt (`node --import`) where a test of dbt's suite sets the clock: the clock starts at TDBT_CLOCK and goes on.
const RealDate = Date
const offset = RealDate.parse(process.env['TDBT_CLOCK'] ?? '') - RealDate.now()
if (!Number.isNaN(offset)) {
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + offset)
      else super(...args)
    }
    static now() {
      return RealDate.now() + offset
    }
  }
}
