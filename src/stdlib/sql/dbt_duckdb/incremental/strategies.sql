{% macro duckdb__get_incremental_default_sql(arg_dict) %}
  {{ return(get_incremental_delete_insert_sql(arg_dict)) }}
{% endmacro %}


{#
  A key of one expression goes by IN, several by a join. The names are those that projects' predicates use with dbt-duckdb.
#}
{% macro duckdb__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- set predicates = incremental_predicates or [] -%}
  {%- if unique_key is sequence and unique_key is not string and unique_key | length > 0 -%}
    {%- set conditions = [] -%}
    {%- for key in unique_key -%}
      {%- do conditions.append(source ~ '.' ~ key ~ ' = DBT_INCREMENTAL_TARGET.' ~ key) -%}
    {%- endfor %}
    delete from {{ target }} as DBT_INCREMENTAL_TARGET
    using {{ source }}
    where ({{ (conditions + predicates) | join(' and ') }});
  {%- elif unique_key %}
    delete from {{ target }}
    where ({{ unique_key }}) in (
        select ({{ unique_key }})
        from {{ source }}
    )
    {%- for predicate in predicates %}
        and {{ predicate }}
    {%- endfor %};
  {%- endif %}

    insert into {{ target }} ({{ columns }})
    (
        select {{ columns }}
        from {{ source }}
    )
{%- endmacro %}


{% macro duckdb__get_incremental_microbatch_sql(arg_dict) %}
  {%- set event_time = config.get('event_time') -%}
  {%- set batch = model.get('batch') or {} -%}
  {%- if not event_time -%}
    {%- do exceptions.raise_compiler_error("microbatch incremental strategy requires an 'event_time' model config") -%}
  {%- elif config.get('unique_key') -%}
    {%- do exceptions.raise_compiler_error("microbatch incremental strategy does not support 'unique_key'. Microbatch runs delete+insert per batch based on 'event_time' and does not do key-based upserts. Remove 'unique_key' or use incremental_strategy='merge'.") -%}
  {%- elif not (batch.get('event_time_start') and batch.get('event_time_end')) -%}
    {%- do exceptions.raise_compiler_error("microbatch incremental strategy requires 'batch.event_time_start' and 'batch.event_time_end' to be set in the context") -%}
  {%- endif -%}
  {%- set within -%}
    {{ event_time }} >= '{{ batch.get('event_time_start') }}'
        and {{ event_time }} < '{{ batch.get('event_time_end') }}'
  {%- endset -%}
  {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
  {%- set sql %}
    delete from {{ arg_dict['target_relation'] }}
    where {{ within }}
    {%- for predicate in normalize_incremental_predicates(arg_dict.get('incremental_predicates')) %}
        and ({{ predicate }})
    {%- endfor %};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
    where {{ within }};
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}


{% macro normalize_incremental_predicates(incremental_predicates) %}
  {{ return(normalize_string_or_list(incremental_predicates, 'incremental_predicates')) }}
{% endmacro %}
