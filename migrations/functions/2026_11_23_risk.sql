-- Prechecks with what they were suspected of, and calls of the guard, which are the operator's.

CREATE OR REPLACE FUNCTION record_prompt_check(c jsonb) RETURNS void
LANGUAGE sql AS $$
-- The fields of the document are the columns of the table, so that a new column needs no new function.
    INSERT INTO prompt_checks SELECT (jsonb_populate_record(NULL::prompt_checks, c || jsonb_build_object(
        'prompt_hash', '\x' || (c->>'prompt_hash'), 'created_at', now()))).*
    ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION record_guard_call(p jsonb) RETURNS void
LANGUAGE plpgsql AS $$
-- A call of the guard and what it cost the operator: a request of its own, without hold, usage or charge.
BEGIN
    INSERT INTO model_calls (organisation_id, id, request_id, attempt, user_id, assistant, provider, model, model_id,
        status, final, error_code, fault, started_ms, latency_ms, first_token_ms, input_tokens, cached_input_tokens,
        cache_write_tokens, output_tokens, reasoning_tokens, image_tokens, audio_tokens, estimated,
        provider_request_id, provider_cost, endpoint_id, malformed, may_have_run, purpose)
    SELECT (p->>'organisation_id')::uuid, x.id, (p->>'request_id')::uuid, x.attempt, (p->>'user_id')::uuid, 'guard',
        x.provider, x.model, x.model_id, x.status, x.final, x.error_code, x.fault, x.started_ms, x.latency_ms,
        x.first_token_ms, x.input_tokens, x.cached_input_tokens, x.cache_write_tokens, x.output_tokens,
        x.reasoning_tokens, x.image_tokens, x.audio_tokens, x.estimated, x.provider_request_id, x.provider_cost,
        x.endpoint_id, x.malformed, x.may_have_run, 'guard'
    FROM jsonb_to_recordset(p->'attempts') AS x(id uuid, attempt int, provider text, model text, model_id uuid,
        status text, final boolean, error_code text, fault text, started_ms int, latency_ms int,
        first_token_ms int, input_tokens int, cached_input_tokens int, cache_write_tokens int, output_tokens int,
        reasoning_tokens int, image_tokens int, audio_tokens int, estimated boolean, provider_request_id text,
        provider_cost numeric, endpoint_id uuid, malformed int, may_have_run boolean)
    ON CONFLICT DO NOTHING;
    IF p->'cost' <> 'null'::jsonb THEN
        INSERT INTO cost_records (organisation_id, model_call_id, request_id, user_id, raw_cost, multiplier, factors,
            credits_per_dollar, display_cost, charged, absorbed, held, price_version, buckets, estimated, provider_cost,
            purpose)
        SELECT (p->>'organisation_id')::uuid, x.model_call_id, (p->>'request_id')::uuid, (p->>'user_id')::uuid,
            x.raw_cost, x.multiplier, x.factors, x.credits_per_dollar, 0, 0, 0, 0, x.price_version, x.buckets,
            x.estimated, x.provider_cost, 'guard'
        FROM jsonb_to_record(p->'cost') AS x(model_call_id uuid, raw_cost numeric, multiplier numeric,
            factors jsonb, credits_per_dollar numeric, price_version int, buckets jsonb, estimated boolean,
            provider_cost numeric)
        ON CONFLICT DO NOTHING;
    END IF;
END $$;

CREATE FUNCTION admit_guard(p jsonb, p_windows jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
-- What `admit_request` would say of a request, without admitting it; one that it would admit is counted in the guard's
-- windows, so that prompts which the guard refuses are not asked about without end.
DECLARE
    result jsonb;
BEGIN
    BEGIN
        SELECT a.result::jsonb INTO result FROM admit_requests(jsonb_build_array(p)) AS a;
        RAISE EXCEPTION USING ERRCODE = 'FL001';
    EXCEPTION WHEN SQLSTATE 'FL001' THEN
        NULL;  -- what it wrote is undone, what it said is kept
    END;
    IF result->>'outcome' <> 'admitted' THEN RETURN result; END IF;
    RETURN coalesce(rate_refusal(p_windows, clock_timestamp(), 0),
        result || jsonb_build_object('windows', rate_take(p_windows, clock_timestamp(), 0)));
END $$;
