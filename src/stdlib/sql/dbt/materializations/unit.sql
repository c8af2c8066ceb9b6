{#
  A unit test: the model over fixture rows (its inputs are replaced while compiling) beside the expected rows, each row marked
  `actual` or `expected`; the caller compares them. Types of the expected rows come from the model itself, by an empty
  temporary table of it.
#}
{%- materialization unit, default -%}
  {%- set sql_header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none -%}
  {%- set expected_rows = config.get('expected_rows') -%}
  {%- set compared = expected_rows[0].keys() if expected_rows else get_columns_in_query(sql) -%}

  {%- set temp_relation = make_temp_relation(this.incorporate(type='table')) -%}
  {%- do run_query(get_create_table_as_sql(True, temp_relation, get_empty_subquery_sql(sql))) -%}
  {%- set types, quoted = {}, {} -%}
  {%- for column in adapter.get_columns_in_relation(temp_relation) -%}
    {%- do types.update({column.name | lower: column.data_type}) -%}
    {%- do quoted.update({column.name | lower: column.quoted}) -%}
  {%- endfor -%}

  {%- set compared_quoted = [] -%}
  {%- for name in compared -%}
    {%- do compared_quoted.append(quoted[name | lower]) -%}
  {%- endfor -%}
  {%- set expected_sql = config.get('expected_sql') or get_expected_sql(expected_rows, types, quoted) -%}

  {%- call statement('main', fetch_result=True) -%}
    {{ sql_header if sql_header }}
    {{ get_unit_test_sql(sql, expected_sql, compared_quoted) }}
  {%- endcall -%}

  {%- do adapter.drop_relation(temp_relation) -%}
  {{ return({'relations': []}) }}
{%- endmaterialization -%}
