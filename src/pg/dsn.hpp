#pragma once
/// How every session of scoreline connects: the operator's connection string plus the guards that keep one stuck
/// process from stopping the others.
#include <libpq-fe.h>

#include <string>

namespace scoreline::pg {

/// For batches. Plans must not depend on statistics of tables that grow by the second: all tables are reached through
/// their keys, by nested loops over the batch's arrays, whatever the planner believes.
inline constexpr const char* kBatchSettings =
    "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s -c synchronous_commit=on"
    " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
    " -c enable_bitmapscan=off"
    " -c jit=off -c timezone=UTC -c client_min_messages=warning";

/// For commands of people: their statements may take longer, and the planner knows best.
inline constexpr const char* kAdminSettings =
    "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c jit=off -c timezone=UTC"
    " -c client_min_messages=warning";

/// Connects. Settings of `dsn` win over ours. Throws Unavailable (no answer) or UsageError (the string is wrong).
PGconn* connect(const std::string& dsn, const std::string& application, const char* settings);

}  // namespace scoreline::pg
