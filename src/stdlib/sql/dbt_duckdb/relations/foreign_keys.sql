{#
  DuckDB neither renames nor drops a table that a foreign key points at, and forgets which table a renamed one pointed at. So
  tables with foreign keys are built in place, and the tables that point at a rebuilt one are put aside without their
  constraints: those are made again when this run rebuilds them. Foreign keys stay within one schema.
#}

{# Whether the table has, or is to have, a foreign key. #}
{% macro has_foreign_key_constraints(relation=none) %}
  {{ return('foreign_key' in enforced_constraint_types() or 'foreign_key' in existing_constraint_types(relation)) }}
{% endmacro %}


{# Only a table with a primary key or a unique constraint can be pointed at. #}
{% macro may_be_foreign_key_target(relation=none) %}
  {%- set types = enforced_constraint_types() + existing_constraint_types(relation) -%}
  {{ return('primary_key' in types or 'unique' in types) }}
{% endmacro %}


{# Those that the model's contract declares. #}
{% macro enforced_constraint_types() %}
  {%- set types = [] -%}
  {%- if (config.get('contract') or {}).enforced -%}
    {%- for constraint in model.get('constraints') or [] -%}
      {%- do types.append(constraint.type) -%}
    {%- endfor -%}
    {%- for column in (model.get('columns') or {}).values() -%}
      {%- for constraint in column.get('constraints') or [] -%}
        {%- do types.append(constraint.type) -%}
      {%- endfor -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(types) }}
{% endmacro %}


{# Those that the table has. #}
{% macro existing_constraint_types(relation) %}
  {%- if relation is none or not relation.is_table -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set found = run_query(tdbt_duckdb_key_constraints_sql(relation)) -%}
  {%- set types = [] -%}
  {%- for row in found.rows -%}
    {%- do types.append(row[0]) -%}
  {%- endfor -%}
  {{ return(types) }}
{% endmacro %}

{% macro tdbt_duckdb_key_constraints_sql(relation) -%}
  select distinct lower(replace(constraint_type, ' ', '_'))
  from duckdb_constraints()
  where constraint_type in ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
    and lower(database_name) = lower('{{ relation.database }}')
    and lower(schema_name) = lower('{{ relation.schema }}')
    and lower(table_name) = lower('{{ relation.identifier }}')
{%- endmacro %}


{# The tables whose foreign keys lead to the relation, the furthest first, with what each of them points at. #}
{% macro tdbt_duckdb_dependents(relation) %}
  {%- call statement('get_foreign_key_dependents', fetch_result=True) -%}
    with recursive keys as (
      select distinct table_name, referenced_table
      from duckdb_constraints()
      where constraint_type = 'FOREIGN KEY'
        and lower(database_name) = lower('{{ relation.database }}')
        and lower(schema_name) = lower('{{ relation.schema }}')
        and lower(table_name) <> lower(referenced_table)
    ),
    chain(table_name, depth) as (
      select table_name, 1 from keys where lower(referenced_table) = lower('{{ relation.identifier }}')
      union
      select keys.table_name, chain.depth + 1
      from keys join chain on lower(keys.referenced_table) = lower(chain.table_name)
    )
    select keys.table_name, string_agg(distinct lower(keys.referenced_table), chr(10)) as referenced
    from (select table_name, max(depth) as depth from chain group by 1) as far
    join keys using (table_name)
    group by keys.table_name, far.depth
    order by far.depth desc, keys.table_name
  {%- endcall -%}
  {%- set dependents = {} -%}
  {%- for row in load_result('get_foreign_key_dependents').table.rows -%}
    {%- do dependents.update({row[0]: row[1].split('\n')}) -%}
  {%- endfor -%}
  {{ return(dependents) }}
{% endmacro %}


{#
  Puts the dependents of the relation aside, [{relation, backup}]. Only those that this run makes again from nothing: any
  other is an error, as its rows or its constraint would be lost.
#}
{% macro drop_foreign_key_dependents(relation) %}
  {%- set dependents = tdbt_duckdb_dependents(relation) -%}
  {%- set makers, ids = {}, {relation.identifier | lower: model.unique_id} -%}
  {%- for node in graph.nodes.values() if node.resource_type == 'model'
      and (node.database or '') | lower == (relation.database or '') | lower and node.schema | lower == relation.schema | lower -%}
    {%- for table in dependents if (node.alias or node.name) | lower == table | lower -%}
      {%- do makers.update({table: node}) -%}
      {%- do ids.update({table | lower: node.unique_id}) -%}
    {%- endfor -%}
  {%- endfor -%}

  {%- set problems = [] -%}
  {%- for table, referenced in dependents.items() -%}
    {%- set node = makers.get(table) -%}
    {%- if node is none -%}
      {%- do problems.append(table ~ ' (not built by a dbt model in this project)') -%}
    {%- elif node.unique_id not in selected_resources -%}
      {%- do problems.append(table ~ ' (model ' ~ node.name ~ ' is not selected in this run)') -%}
    {%- else -%}
      {%- set upstream = [] -%}
      {%- for name in referenced if ids.get(name) in node.depends_on.nodes -%}
        {%- do upstream.append(name) -%}
      {%- endfor -%}
      {%- set full_refresh = flags.FULL_REFRESH if node.config.full_refresh is none else node.config.full_refresh -%}
      {%- if not upstream -%}
        {%- do problems.append(table ~ ' (model ' ~ node.name ~ ' does not ref() the table its foreign key points at, so dbt may not rebuild it afterwards; use `to: ref(...)` in the constraint)') -%}
      {%- elif node.config.materialized != 'table' and not (node.config.materialized == 'incremental' and full_refresh) -%}
        {%- do problems.append(table ~ ' (model ' ~ node.name ~ ' is materialized as ' ~ node.config.materialized ~ ' and would lose its data; run with --full-refresh)') -%}
      {%- endif -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if problems -%}
    {%- do exceptions.raise_compiler_error('Cannot replace ' ~ relation ~ ' because DuckDB does not allow replacing a table that a foreign key references, and dbt-duckdb can only drop referencing tables that this run will rebuild. Problem tables: ' ~ problems | join('; ')) -%}
  {%- endif -%}

  {%- set dropped = [] -%}
  {%- for table in dependents -%}
    {%- set dependent = api.Relation.create(database=relation.database, schema=relation.schema, identifier=table, type='table') -%}
    {%- set backup = dependent.incorporate(path={'identifier': table ~ '__dbt_fk_backup'}, type='table') -%}
    {%- do adapter.drop_relation(backup) -%}
    {%- call statement('backup_foreign_key_dependent_' ~ loop.index) -%}
      create table {{ backup }} as select * from {{ dependent }}
    {%- endcall -%}
    {%- do log('Dropping ' ~ dependent ~ ' because it references ' ~ relation ~ ' through a foreign key; it is rebuilt later in this run', info=True) -%}
    {%- do adapter.drop_relation(dependent) -%}
    {%- do dropped.append({'relation': dependent, 'backup': backup}) -%}
  {%- endfor -%}
  {{ return(dropped) }}
{% endmacro %}


{# Their rows are there for readers until this run makes them again with their constraints. #}
{% macro restore_foreign_key_dependents(dropped) %}
  {%- for item in dropped | reverse -%}
    {%- do log('Restoring data for ' ~ item['relation'] ~ '; its constraints are rebuilt later in this run', info=True) -%}
    {%- do adapter.rename_relation(item['backup'], item['relation']) -%}
  {%- endfor -%}
{% endmacro %}


{# In the model's transaction, so that a failed build brings the old table back. What was put aside for it. #}
{% macro drop_relation_for_rebuild(relation) %}
  {%- call statement('tdbt_begin', auto_begin=True) -%}
    select 1
  {%- endcall -%}
  {%- set dropped = drop_foreign_key_dependents(relation) if relation.is_table and may_be_foreign_key_target(relation) else [] -%}
  {%- do adapter.drop_relation(relation) -%}
  {{ return(dropped) }}
{% endmacro %}
