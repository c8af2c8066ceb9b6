/** Names of Jinja's and dbt's filters: for `is filter`, which would otherwise tie tests.ts and filters.ts into a knot. */
export const FILTER_NAMES: ReadonlySet<string> = new Set(
  `abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format groupby
  indent int items join last length list lower map max min pprint random reject rejectattr replace reverse round safe select
  selectattr slice sort string striptags sum title tojson trim truncate unique upper urlencode urlize wordcount wordwrap xmlattr
  as_text as_bool as_native as_number is_list`.split(/\s+/),
)
