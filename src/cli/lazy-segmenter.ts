/**
 * Stands for Intl.Segmenter in the bundle (scripts/build.mjs). What measures text for `--help` makes one as it is loaded, and the first
 * costs a process 17 ms of ICU's data; this one is made when the first text is cut.
 */
export class LazySegmenter {
  readonly #make: () => Intl.Segmenter
  #made: Intl.Segmenter | undefined

  constructor(locales?: Intl.LocalesArgument, options?: Intl.SegmenterOptions) {
    this.#make = () => new globalThis.Intl.Segmenter(locales, options)
  }

  segment(text: string): Intl.Segments {
    this.#made ??= this.#make()
    return this.#made.segment(text)
  }

  resolvedOptions(): Intl.ResolvedSegmenterOptions {
    this.#made ??= this.#make()
    return this.#made.resolvedOptions()
  }
}
