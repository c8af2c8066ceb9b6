import {
  type DuckDBArrayType,
  type DuckDBDecimalType,
  type DuckDBEnumType,
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBUnionType,
} from '@duckdb/node-api'
import type { CellKind } from '../interface.ts'

/** A type's name as DuckDB's DESCRIBE writes it: `DECIMAL(18,3)`, `STRUCT(a INTEGER, "b c" VARCHAR)`. */
export function typeName(type: DuckDBType): string {
  if (type.alias) return type.alias
  switch (type.typeId) {
    case DuckDBTypeId.DECIMAL: {
      const { width, scale } = type as DuckDBDecimalType
      return `DECIMAL(${width},${scale})`
    }
    case DuckDBTypeId.ENUM:
      return `ENUM(${(type as DuckDBEnumType).values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')})`
    case DuckDBTypeId.LIST:
      return `${typeName((type as DuckDBListType).valueType)}[]`
    case DuckDBTypeId.ARRAY: {
      const { valueType, length } = type as DuckDBArrayType
      return `${typeName(valueType)}[${length}]`
    }
    case DuckDBTypeId.STRUCT: {
      const { entryNames, entryTypes } = type as DuckDBStructType
      return `STRUCT(${members(entryNames, entryTypes)})`
    }
    case DuckDBTypeId.UNION: {
      const { memberTags, memberTypes } = type as DuckDBUnionType
      return `UNION(${members(memberTags, memberTypes)})`
    }
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = type as DuckDBMapType
      return `MAP(${typeName(keyType)}, ${typeName(valueType)})`
    }
    case DuckDBTypeId.SQLNULL:
      return '"NULL"'
    default:
      return type.toString()
  }
}

function members(names: readonly string[], types: readonly DuckDBType[]): string {
  return names
    .map((name, index) => {
      const type = types[index]
      return `${/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`} ${type ? typeName(type) : ''}`
    })
    .join(', ')
}

/** Which JavaScript value the cells of a type have. JSON columns are text, as dbt-duckdb's driver has them; what is made of members is JSON. */
export function cellKind(type: DuckDBType): CellKind {
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return 'boolean'
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.UHUGEINT:
    case DuckDBTypeId.BIGNUM:
      return 'integer'
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return 'float'
    case DuckDBTypeId.DECIMAL:
      return 'decimal'
    case DuckDBTypeId.VARCHAR:
    case DuckDBTypeId.ENUM:
      return 'text'
    case DuckDBTypeId.DATE:
      return 'date'
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_NS:
      return 'timestamp'
    case DuckDBTypeId.TIMESTAMP_TZ:
      return 'timestamptz'
    case DuckDBTypeId.TIME:
    case DuckDBTypeId.TIME_NS:
    case DuckDBTypeId.TIME_TZ:
      return 'time'
    case DuckDBTypeId.INTERVAL:
      return 'interval'
    case DuckDBTypeId.BLOB:
      return 'bytes'
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return 'array'
    case DuckDBTypeId.STRUCT:
    case DuckDBTypeId.MAP:
      return 'json'
    default:
      return 'other'
  }
}
