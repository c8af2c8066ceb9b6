import { expect, test } from 'vitest'
import { LazySegmenter } from './lazy-segmenter.ts'

test.each([undefined, 'grapheme', 'word', 'sentence'] as const)('cuts as Intl.Segmenter does: %s', (granularity) => {
  const options = granularity === undefined ? undefined : { granularity }
  const lazy = new LazySegmenter('en', options)
  const real = new Intl.Segmenter('en', options)
  for (const text of ['', 'plain words, and more.', '👩‍👩‍👧 família ñ ', '각 한국어', 'a\r\nb']) {
    expect([...lazy.segment(text)]).toEqual([...real.segment(text)])
  }
  expect(lazy.resolvedOptions()).toEqual(real.resolvedOptions())
})
