{%- materialization test, default -%}
  {%- set sql_header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none -%}
  {%- set relations = [] -%}
  {%- set failing_rows = get_limit_subquery_sql(sql, config.get('limit')) -%}

  {%- if should_store_failures() -%}
    {%- set kind = config.get('store_failures_as') or 'table' -%}
    {%- if kind not in ['table', 'view'] -%}
      {%- do exceptions.raise_compiler_error("'" ~ kind ~ "' is not a valid value for `store_failures_as`. Accepted values are: ['ephemeral', 'table', 'view']") -%}
    {%- endif -%}
    {%- set old_relation = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) -%}
    {%- set target_relation = api.Relation.create(database=database, schema=schema, identifier=model['alias'], type=kind) -%}

    {#- Old failures go in the transaction that brings the new: whoever looks sees one or the other. -#}
    {%- call statement(auto_begin=True) -%}
      {%- if old_relation -%}
        {{ get_drop_sql(old_relation) }};
      {%- endif %}
      {{ sql_header if sql_header }}
      {{ get_create_sql(target_relation, failing_rows) }}
    {%- endcall -%}
    {%- if old_relation -%}
      {%- do adapter.cache_dropped(old_relation) -%}
    {%- endif -%}
    {%- do relations.append(target_relation) -%}
    {%- do adapter.commit() -%}

    {%- set failing_rows = 'select *\n        from ' ~ target_relation -%}
  {%- endif -%}

  {%- call statement('main', fetch_result=True) -%}
    {{ sql_header if sql_header }}
    {#- The limit is in already. -#}
    {{ get_test_sql(failing_rows, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
  {%- endcall -%}
  {{ return({'relations': relations}) }}
{%- endmaterialization -%}
