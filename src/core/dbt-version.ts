/** The dbt release whose language and artifacts tdbt speaks: what `dbt_version` shows and artifacts carry. */
export const DBT_VERSION = '1.11.16'
