import { expect, test } from 'vitest'
import { parseProfileFile } from './aws-profile-file.ts'
import { matchesPattern, parseStoreUrl, splitStoreUrl } from './index.ts'
import { xmlEscape, xmlText, xmlValue, xmlValues } from './s3-xml.ts'

test('paths and URLs', () => {
  expect(parseStoreUrl('data/x', '/p')).toEqual({ scheme: 'file', path: '/p/data/x' })
  expect(parseStoreUrl('/abs/x', '/p')).toEqual({ scheme: 'file', path: '/abs/x' })
  expect(parseStoreUrl('file:///a%20b/x', '/p')).toEqual({ scheme: 'file', path: '/a b/x' })
  expect(parseStoreUrl('s3://b/k/x y+z.csv', '/p')).toEqual({
    scheme: 's3',
    bucket: 'b',
    key: 'k/x y+z.csv',
    parameters: {},
  })
  expect(parseStoreUrl('S3://b', '/p')).toEqual({ scheme: 's3', bucket: 'b', key: '', parameters: {} })
  expect(parseStoreUrl('s3://b/k?endpoint=http://127.0.0.1:9000&path_style=true', '/p')).toEqual({
    scheme: 's3',
    bucket: 'b',
    key: 'k',
    parameters: { endpoint: 'http://127.0.0.1:9000', path_style: 'true' },
  })
  expect(parseStoreUrl('s3://b/k?.csv', '/p')).toMatchObject({ key: 'k?.csv', parameters: {} })
})

test.each(['gs://b/k', 's3://', 's3:///k', 's3://key:secret@b/k', 's3://b/k?color=red', 'file://relative', ''])(
  '%j is no address',
  (text) => {
    expect(() => parseStoreUrl(text, '/p')).toThrow(expect.objectContaining({ code: 'T8020' }))
  },
)

test('no credential of an address is shown', () => {
  expect(() => parseStoreUrl('s3://AKIA:hush@b/k', '/p')).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('hush') }),
  )
})

test('an address is cut before its last part, or its first wildcard', () => {
  expect(splitStoreUrl('data/o.csv', '/p')).toEqual({ root: '/p/data/', key: 'o.csv' })
  expect(splitStoreUrl('data/*/o_?.csv', '/p')).toEqual({ root: '/p/data/', key: '*/o_?.csv' })
  expect(splitStoreUrl('data/', '/p')).toEqual({ root: '/p/data/', key: '' })
  expect(splitStoreUrl('s3://b/raw/o_*.csv?region=eu', '/p')).toEqual({ root: 's3://b/raw/?region=eu', key: 'o_*.csv' })
  expect(splitStoreUrl('s3://b/raw/', '/p')).toEqual({ root: 's3://b/raw/', key: '' })
  expect(splitStoreUrl('s3://b/*.csv', '/p')).toEqual({ root: 's3://b/', key: '*.csv' })
})

test.each([
  ['*.csv', 'a.csv', true],
  ['*.csv', 'a/b.csv', false],
  ['*.csv', '.hidden.csv', false],
  ['.*.csv', '.hidden.csv', true],
  ['**/*.csv', 'a/b/c.csv', true],
  ['**/*.csv', 'c.csv', true],
  ['**/*.csv', 'a/.b/c.csv', false],
  ['a/**', 'a/b/c', true],
  ['orders_?.csv', 'orders_1.csv', true],
  ['orders_?.csv', 'orders_12.csv', false],
  ['orders_[0-9][!3].csv', 'orders_12.csv', true],
  ['orders_[0-9][!3].csv', 'orders_13.csv', false],
  ['*.{csv,csv.gz}', 'x.csv.gz', true],
  ['*.{csv,csv.gz}', 'x.tsv', false],
  ['a+b (1).csv', 'a+b (1).csv', true],
  ['day=*/x', 'day=2024-01-01/x', true],
])('pattern %s on %s: %s', (pattern, key, expected) => {
  expect(matchesPattern(pattern, key)).toBe(expected)
})

test('profile files, as the AWS tools read them', () => {
  const text = `# a comment
[default]
aws_access_key_id = AKIA1
aws_secret_access_key=a/b+c=
; another
[profile work]
region = eu-west-1  # inline
s3 =
    endpoint_url = http://nested
[bare]
AWS_SESSION_TOKEN = t`
  expect(parseProfileFile(text)).toEqual({
    default: { aws_access_key_id: 'AKIA1', aws_secret_access_key: 'a/b+c=' },
    work: { region: 'eu-west-1', s3: '' },
    bare: { aws_session_token: 't' },
  })
  expect(parseProfileFile('nonsense\n= x\n[]\n')).toEqual({})
})

test('the little XML that S3 speaks', () => {
  const xml = '<?xml version="1.0"?><R xmlns="x"><Key>a &amp; b&#x1F600;&lt;</Key><Empty/><Key>two</Key></R>'
  expect(xmlText(xmlValue(xml, 'Key'))).toBe('a & b😀<')
  expect(xmlValues(xml, 'Key')).toHaveLength(2)
  expect(xmlValue(xml, 'Empty')).toBe('')
  expect(xmlValue(xml, 'None')).toBeUndefined()
  expect(xmlText(xmlEscape(`<a href="x">&'`))).toBe(`<a href="x">&'`)
})
