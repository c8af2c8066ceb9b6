import { TdbtError } from '../core/index.ts'
import { xmlText, xmlValue } from './s3-xml.ts'

/** What an S3 server answered instead of doing what it was asked. */
export interface S3Refusal {
  readonly status: number
  readonly body: string
  /** Header x-amz-bucket-region. */
  readonly bucketRegion: string | undefined
  /** The bucket or object that was asked for. */
  readonly place: string
  /** Times it was tried. */
  readonly attempts: number
  /** Nothing of this may be shown. */
  readonly secrets: readonly string[]
}

/** Codes that mean: the same request may succeed in a moment. */
const TRANSIENT = new Set(['RequestTimeout', 'SlowDown', 'InternalError', 'ServiceUnavailable', 'ThrottlingException'])

/** Whether the answer invites to try again. */
export function isTransient(status: number, body: string): boolean {
  if (status === 429 || status === 500 || status === 502 || status === 503 || status === 504) return true
  return TRANSIENT.has(xmlText(xmlValue(body, 'Code')))
}

/** The answer as an error: T8021 tried in vain, T8022 refused, T8023 not there, T8024 there already, T8025 anything else. */
export function s3Error(refusal: S3Refusal): TdbtError {
  const { status, body, place, bucketRegion } = refusal
  const code = xmlText(xmlValue(body, 'Code'))
  const said = xmlText(xmlValue(body, 'Message'))
  const text = `HTTP ${status}${code === '' ? '' : ` ${code}`}${said === '' ? '' : `: ${said.slice(0, 300)}`}`
  const found = refusal.secrets.reduce((clean, secret) => clean.replaceAll(secret, '*****'), text)
  const region = bucketRegion ?? xmlText(xmlValue(body, 'Region'))
  if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed' || code === 'PermanentRedirect') {
    return new TdbtError('T8020', `${place} is in another region.`, {
      found,
      hint: region === '' ? 'Set the region of the connection, or AWS_REGION.' : `Set the region to ${region}.`,
    })
  }
  if (code === 'NoSuchBucket') {
    return new TdbtError('T8023', `The bucket of ${place} is not there.`, {
      found,
      hint: 'Make it, or look at its name and the endpoint.',
    })
  }
  if (status === 404)
    return new TdbtError('T8023', `There is no object ${place}.`, { found, hint: 'Look at the address.' })
  if (status === 409 || status === 412) {
    return new TdbtError('T8024', `${place} is there already.`, {
      found,
      expected: 'no object',
      hint: 'Delete it, or choose another name.',
    })
  }
  if (status === 401 || status === 403) {
    return new TdbtError('T8022', `S3 refused access to ${place}.`, { found, hint: refusedHint(code) })
  }
  if (isTransient(status, body)) {
    return new TdbtError('T8021', `S3 did not answer for ${place} after ${refusal.attempts} tries.`, {
      found,
      hint: 'Run again later; what was there before is untouched.',
    })
  }
  return new TdbtError('T8025', `S3 could not do it: ${place}.`, { found })
}

function refusedHint(code: string): string {
  switch (code) {
    case 'InvalidAccessKeyId':
      return 'The server does not know this access key: look at AWS_ACCESS_KEY_ID, the profile or the connection.'
    case 'SignatureDoesNotMatch':
      return 'The secret does not belong to the access key, or the endpoint rewrites requests.'
    case 'ExpiredToken':
    case 'TokenRefreshRequired':
      return 'The session token is too old: fetch new credentials.'
    case 'RequestTimeTooSkewed':
      return "This machine's clock is wrong: set it."
    default:
      return 'Look at the permissions of the key on the bucket.'
  }
}
