{{ config(unique_key='station_id', incremental_strategy='merge', merge_clauses={
  'when_matched': [
    {'action': 'delete', 'condition': 'DBT_INTERNAL_SOURCE.station_id = 1'},
    {'action': 'update', 'mode': 'explicit', 'update': {'include': ['name'], 'set_expressions': {'seen': 'DBT_INTERNAL_DEST.seen + 1'}}},
  ],
  'when_not_matched': [
    {'action': 'insert', 'mode': 'by_name'},
    {'action': 'update', 'by': 'source', 'set_expressions': {'seen': '-1'}},
  ]}) }}
select station_id, name || ' {{ var('phase') }}' as name, 1 as seen
from {{ ref('raw_stations') }}
{% if is_incremental() %} where station_id <> 3 union all select 10, 'ten', 1 {% endif %}
