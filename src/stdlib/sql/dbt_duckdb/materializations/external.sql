{#
  A file, or files in partitions, written from the query, and a view that reads them. An empty result is written as one row of
  nulls that the view leaves out, so that the columns and their types are in the file.
#}
{%- materialization external, adapter='duckdb' -%}
  {%- set location = render(config.get('location', default=external_location(this, config))) -%}
  {%- set options = render_write_options(config) -%}
  {%- set format = tdbt_duckdb_file_format(location, options) -%}
  {%- if config.get('format') and config.get('format') not in ['csv', 'parquet', 'json'] -%}
    {%- do exceptions.raise_compiler_error('Invalid format: ' ~ config.get('format') ~ '. Allowed formats are: csv, parquet, json') -%}
  {%- elif config.get('plugin') is not none or config.get('glue_register', default=false) -%}
    {%- do exceptions.raise_compiler_error('`plugin` and `glue_register` of external models need dbt-duckdb: its plugins are Python') -%}
  {%- endif -%}
  {%- set write_options = adapter.external_write_options(location, options) -%}

  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set staged = make_intermediate_relation(this.incorporate(type='table')) -%}
  {%- set plan = {
    'target': target_relation,
    'existing': existing_relation,
    'intermediate': make_intermediate_relation(target_relation, suffix='__dbt_int'),
    'backup': make_backup_relation(target_relation, 'view' if existing_relation is none else existing_relation.type),
  } -%}

  {%- do tdbt_drop_leftovers(plan) -%}
  {%- do drop_relation_if_exists(load_cached_relation(staged)) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {%- call statement('create_table') -%}
    {{ create_table_as(False, staged, sql) }}
  {%- endcall -%}
  {%- set columns = get_columns_in_relation(staged) | map(attribute='name') | list -%}
  {%- set empty = run_query('select count(*) from ' ~ staged).rows[0][0] == 0 -%}
  {%- if empty -%}
    {%- do run_query('insert into ' ~ staged ~ ' values (' ~ (['null'] * columns | length) | join(', ') ~ ')') -%}
  {%- endif -%}
  {%- do write_to_file(staged, location, write_options) -%}

  {%- set conditions = [] -%}
  {%- for column in columns if empty -%}
    {%- do conditions.append(adapter.quote(column) ~ ' is not null') -%}
  {%- endfor -%}
  {%- call statement('main') -%}
    create or replace view {{ plan.intermediate }} as (
      select * from read_{{ format }}('{{ adapter.external_read_location(location, options) }}'{{ tdbt_duckdb_read_options(format, options) }})
      {{ 'where ' ~ conditions | join(' and ') if empty }}
    );
  {%- endcall -%}

  {%- set replaced = tdbt_swap(plan) -%}
  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do adapter.commit() -%}

  {%- do drop_relation_if_exists(replaced) -%}
  {%- do adapter.drop_relation(staged) -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}


{# The format of the files: as configured, or by the name's extension before .gz or .zst, or csv where there is a delimiter. #}
{% macro tdbt_duckdb_file_format(location, options) %}
  {%- set written = adapter.external_file_format(location, options) | lower -%}
  {{ return(written if written in ['csv', 'parquet', 'json'] else 'parquet') }}
{% endmacro %}


{# What the config says about reading the files back, behind a comma. #}
{% macro tdbt_duckdb_read_options(format, options) -%}
  {%- set defaults = {'parquet': {'union_by_name': False}, 'json': {'auto_detect': True}, 'csv': {'auto_detect': True}} -%}
  {%- set given = config.get(format ~ '_read_options', defaults[format]) -%}
  {%- if format != 'parquet' and options.get('compression') and 'compression' not in given -%}
    {%- set given = dict(given, compression=options['compression']) -%}
  {%- endif -%}
  {%- for key, value in given.items() -%}
    , {{ key }}={{ "'" ~ value ~ "'" if value is string else value }}
  {%- endfor -%}
{%- endmacro %}


{% macro write_to_file(relation, location, options) %}
  {%- call statement('write_to_file') -%}
    copy {{ relation }} to '{{ location }}' ({{ options }})
  {%- endcall -%}
{% endmacro %}


{# The options of COPY, rendered: `options`, and the older `format` and `delimiter` beside it. #}
{% macro render_write_options(config) %}
  {%- set given = config.get('options', {}) -%}
  {%- if given is not mapping -%}
    {%- do exceptions.raise_compiler_error('The options argument must be a dictionary') -%}
  {%- endif -%}
  {%- set rendered = {} -%}
  {%- for key, value in given.items() -%}
    {%- do rendered.update({key: render(value | string)}) -%}
  {%- endfor -%}
  {%- for key in ['format', 'delimiter'] if config.get(key) -%}
    {%- do rendered.update({key: render(config.get(key))}) -%}
  {%- endfor -%}
  {{ return(rendered) }}
{% endmacro %}


{# Where a model without a `location` goes; projects override it. #}
{% macro external_location(relation, config) -%}
  {%- set partitioned = config.get('options', {}).get('partition_by') is not none -%}
  {{- adapter.external_root() }}/{{ relation.identifier }}{{ '' if partitioned else '.' ~ config.get('format', 'parquet') -}}
{%- endmacro %}


{% macro location_exists(location) %}
  {{ return(run_query("select count(*) from glob('" ~ location ~ "')").rows[0][0] > 0) }}
{% endmacro %}


{% macro store_relation(plugin, relation, location, format, config) %}
  {%- do exceptions.raise_compiler_error("Plugin " ~ plugin ~ " needs dbt-duckdb: its plugins are Python") -%}
{% endmacro %}
