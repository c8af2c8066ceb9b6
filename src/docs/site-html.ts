import { createHash } from 'node:crypto'
import type { SiteData } from './site/data.ts'

/** The page's own code, bundled: scripts/build.mjs makes both files from src/docs/site/. */
export interface SiteAssets {
  readonly script: string
  readonly style: string
}

/**
 * One self-contained page. The data stands in a script block that is no program, with every `<` escaped, so nothing in a
 * description can end it; the policy lets exactly this script and this style run and allows no request at all.
 */
export function siteHtml(data: SiteData, assets: SiteAssets): string {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${sha256(assets.script)}'`,
    `style-src 'sha256-${sha256(assets.style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escapeText(data.project)} · data docs</title>
<link rel="icon" href="${ICON}">
<style>${assets.style}</style>
</head>
<body>
<div id="app"><noscript>This page needs JavaScript to show the documentation.</noscript></div>
<script type="application/json" id="site-data">${inlineJson(data)}</script>
<script>${assets.script}</script>
</body>
</html>
`
}

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 32 32%22%3E%3Crect width=%2232%22 height=%2232%22 rx=%228%22 fill=%22%230f766e%22/%3E%3Cpath d=%22M9 10h6m-6 12h6m2-12 6 6-6 6%22 stroke=%22white%22 stroke-width=%222.4%22 fill=%22none%22 stroke-linecap=%22round%22 stroke-linejoin=%22round%22/%3E%3C/svg%3E'

/** JSON that cannot leave its script element, and is JavaScript too. */
function inlineJson(data: SiteData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64')
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
