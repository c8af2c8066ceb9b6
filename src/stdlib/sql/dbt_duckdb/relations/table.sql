{#
  A contract's table is made empty with its declared columns and constraints, then filled: CREATE TABLE AS can declare
  neither. Temporary tables live in a database of their own, so their name stands alone.
#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
  {%- if language != 'sql' -%}
    {%- do tdbt_duckdb_refuse_python() -%}
  {%- endif -%}
  {%- set contract = config.get('contract') -%}
  {%- if contract.enforced -%}
    {{ get_assert_columns_equivalent(compiled_code) }}
  {%- endif -%}
  {%- if not temporary -%}
    {%- do tdbt_duckdb_ignored_layout(relation) -%}
  {%- endif %}
  {{ config.get('sql_header', none) or '' }}
  create {{ 'temporary ' if temporary }}table {{ relation.include(database=(not temporary), schema=(not temporary)) }}
  {%- if contract.enforced and not temporary %}
    {{ get_table_columns_and_constraints() }};
  insert into {{ relation }} {{ get_column_names() }} (
    {{ get_select_subquery(compiled_code) }}
  );
  {%- else %}
  as (
    {{ compiled_code }}
  );
  {%- endif %}
{%- endmacro %}


{# dbt-duckdb's create_table_as takes two more arguments than dbt's; projects that override it hand them on. #}
{% macro create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
  {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code, language, partitioned_by=partitioned_by, sorted_by=sorted_by)) }}
{%- endmacro %}


{# Layouts are DuckLake's: elsewhere they are named and passed over. #}
{% macro tdbt_duckdb_ignored_layout(relation) %}
  {%- if this is defined and this.identifier == relation.identifier or config.get('materialized') not in ['table', 'incremental'] -%}
    {%- set partitioned = config.get('partitioned_by') or config.get('partition_by') -%}
    {%- set sorted = config.get('sorted_by') or config.get('sort_by') -%}
    {%- if partitioned and config.get('materialized') != 'external' -%}
      {%- do normalize_string_or_list(partitioned, 'partitioned_by/partition_by') -%}
      {%- do adapter.warn_once('partitioned_by/partition_by is only supported for DuckLake relations; ignoring for ' ~ relation) -%}
    {%- endif -%}
    {%- if sorted -%}
      {%- do normalize_string_or_list(sorted, 'sorted_by/sort_by') -%}
      {%- do adapter.warn_once('sorted_by/sort_by is only supported for DuckLake relations; ignoring for ' ~ relation) -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}


{# The declared columns in parentheses, as INSERT wants them. #}
{% macro get_column_names() -%}
  {%- set names = [] -%}
  {%- for column in model['columns'].values() -%}
    {%- do names.append(adapter.quote(column['name']) if column.get('quote') else column['name']) -%}
  {%- endfor -%}
  ({{ names | join(', ') }})
{%- endmacro %}


{% macro tdbt_duckdb_refuse_python() %}
  {%- do adapter.submit_python_job(model, '') -%}
{% endmacro %}


{% macro duckdb__create_view_as(relation, sql) -%}
  {%- set contract = config.get('contract') -%}
  {{ get_assert_columns_equivalent(sql) if contract.enforced }}
  {{ config.get('sql_header', none) or '' }}
  create view {{ relation }} as (
    {{ sql }}
  );
{%- endmacro %}


{# A header cannot stand inside of DESCRIBE: it is sent before, and what it sets holds for the connection. #}
{% macro duckdb__get_empty_subquery_sql(select_sql, select_sql_header=none) %}
  {%- if select_sql_header is not none -%}
    {%- do run_query(select_sql_header) -%}
  {%- endif %}
    select * from (
        {{ select_sql }}
    ) as __dbt_sbq
    where false
    limit 0
{% endmacro %}


{% macro duckdb__drop_relation(relation) %}
  {%- call statement('drop_relation', auto_begin=False) -%}
    drop {{ relation.type }} if exists {{ relation }} cascade
  {%- endcall -%}
{% endmacro %}


{% macro duckdb__rename_relation(from_relation, to_relation) %}
  {%- call statement('rename_relation') -%}
    alter {{ to_relation.type }} {{ from_relation }} rename to {{ adapter.quote_as_configured(to_relation.identifier, 'identifier') }}
  {%- endcall -%}
{% endmacro %}


{# The time of day behind the name: temporary tables of one connection must not meet. #}
{% macro duckdb__make_temp_relation(base_relation, suffix) %}
  {%- set name = base_relation.identifier ~ suffix ~ modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f') -%}
  {{ return(base_relation.incorporate(path={'database': none, 'schema': none, 'identifier': name})) }}
{% endmacro %}


{# {relation, temporary}: dbt-duckdb's door to temporary tables, which MotherDuck alone has otherwise. #}
{% macro duckdb__dispatch_temporary_relation(target_relation, batch_id='') %}
  {{ return({'relation': make_temp_relation(target_relation), 'temporary': true}) }}
{% endmacro %}


{# One ALTER a column: DuckDB takes no lists. Names are quoted as the project quotes identifiers, as in dbt-duckdb. #}
{% macro duckdb__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {%- for column in add_columns or [] -%}
    {%- do run_query('alter ' ~ relation.type ~ ' ' ~ relation ~ ' add column ' ~ api.Relation.create(identifier=column.name) ~ ' ' ~ column.data_type) -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- do run_query('alter ' ~ relation.type ~ ' ' ~ relation ~ ' drop column ' ~ api.Relation.create(identifier=column.name)) -%}
  {%- endfor -%}
{% endmacro %}
