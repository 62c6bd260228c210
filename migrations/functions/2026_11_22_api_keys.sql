-- Admission and settlement that know API keys: a key that ended admits nothing, its month's cap binds like the other
-- caps, and what it asked for is recorded as its own. Locks are taken in the order told in 2026_11_21_credits.

CREATE FUNCTION api_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
-- A key is a part of what its person is known by: raises the person's version and tells the processes.
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('fairlead', 'identity ' || OLD.user_id);
    ELSE
        UPDATE users SET role = role WHERE id = NEW.user_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tell AFTER UPDATE OF scopes, allowed_models, limits, monthly_credits, expires_at, revoked_at, rotated_at
    ON api_keys FOR EACH ROW EXECUTE FUNCTION api_key_changed();
CREATE TRIGGER tell_gone AFTER DELETE ON api_keys FOR EACH ROW EXECUTE FUNCTION api_key_changed();

CREATE OR REPLACE FUNCTION admit_request(p jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
-- Takes the hold, the slot and the rate together, and writes what the request begins with; or refuses and
-- writes nothing. Repeating it with the same request id gives the first result. A caller that is not the person is
-- one of the person's API keys; its month's credits change only under the lock on the account.
DECLARE
    v_request uuid := (p->>'request_id')::uuid;
    v_org uuid := (p->>'organisation_id')::uuid;
    v_user uuid := (p->>'user_id')::uuid;
    v_conversation uuid := (p->'conversation'->>'id')::uuid;
    v_fixed numeric := (p->>'fixed_credits')::numeric;
    v_each numeric := (p->>'credits_per_token')::numeric;
    v_wanted int := (p->>'wanted_tokens')::int;
    v_tokens bigint := (p->>'prompt_tokens')::bigint;
    v_limits jsonb := p->'limits';
    v_caller uuid := (p->>'caller')::uuid;
    v_key_chats int := (p->>'key_chats')::int;
    v_by_key boolean := (p->>'caller')::uuid <> (p->>'user_id')::uuid;
    v_cap numeric;
    a credit_accounts;
    u record;
    o organisation_limits;
    h holds;
    c conversations;
    k idempotency_keys;
    now_ timestamptz;
    spendable numeric;
    binding text := 'balance';
    max_tokens int;
    amount numeric;
    refused jsonb;
    cut int;
    position_ int;
BEGIN
    IF (SELECT version FROM catalogue_version WHERE id = 1) <> (p->>'catalogue_version')::bigint THEN
        RETURN jsonb_build_object('outcome', 'stale_catalogue');
    END IF;
    a := open_credit_period(v_user, (p->>'monthly_credits')::numeric);
    SELECT version, suspended INTO u FROM users WHERE id = v_user;
    IF a.user_id IS NULL OR u.suspended OR u.version <> (p->>'identity_version')::bigint THEN
        RETURN jsonb_build_object('outcome', 'stale_identity');
    END IF;
    IF v_by_key THEN  -- what the key may still spend this month
        SELECT monthly_credits - coalesce((SELECT m.credits FROM api_key_months m
            WHERE m.api_key_id = v_caller AND m.month = a.period), 0) INTO v_cap
        FROM api_keys WHERE id = v_caller AND user_id = v_user AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > clock_timestamp());
        IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'stale_identity'); END IF;
    END IF;

    SELECT * INTO h FROM holds WHERE organisation_id = v_org AND request_id = v_request;
    IF FOUND THEN
        RETURN jsonb_build_object('outcome', 'admitted', 'max_tokens', h.max_tokens, 'held', h.amount,
            'balance', a.balance - a.held, 'windows', '[]'::jsonb);
    END IF;
    IF p->'idempotency' <> 'null'::jsonb THEN
        SELECT * INTO k FROM idempotency_keys
        WHERE caller = (p->'idempotency'->>'caller')::uuid AND key = p->'idempotency'->>'key'
        FOR UPDATE;
        IF FOUND AND k.created_at > clock_timestamp() - interval '24 hours' THEN
            RETURN jsonb_build_object('outcome', 'repeated', 'request_id', k.request_id,
                'same', k.body_hash = decode(p->'idempotency'->>'body_hash', 'hex'));
        END IF;
    END IF;

    IF a.active >= (v_limits->>'concurrent_chats')::int THEN
        RETURN jsonb_build_object('outcome', 'too_many_chats', 'limit', v_limits->'concurrent_chats', 'whose', 'user');
    END IF;
    IF v_key_chats IS NOT NULL AND v_key_chats <= (  -- exact: all of them are under the lock on the account
        SELECT count(*) FROM holds WHERE user_id = v_user AND caller = v_caller) THEN
        RETURN jsonb_build_object('outcome', 'too_many_chats', 'limit', v_key_chats, 'whose', 'key');
    END IF;
    SELECT * INTO o FROM organisation_limits WHERE organisation_id = v_org FOR UPDATE;
    IF FOUND AND o.active >= o.concurrent_chats THEN
        RETURN jsonb_build_object('outcome', 'too_many_chats', 'limit', o.concurrent_chats, 'whose', 'organisation');
    END IF;
    now_ := clock_timestamp();
    refused := rate_refusal(p->'windows', now_, v_tokens);
    IF refused IS NOT NULL THEN RETURN refused; END IF;

    spendable := a.balance - a.held;
    IF (v_limits->>'credits_per_day')::numeric - a.day_used < spendable THEN
        spendable := (v_limits->>'credits_per_day')::numeric - a.day_used;
        binding := 'day';
    END IF;
    IF (v_limits->>'credits_per_request')::numeric < spendable THEN
        spendable := (v_limits->>'credits_per_request')::numeric;
        binding := 'request';
    END IF;
    IF v_cap < spendable THEN
        spendable := v_cap;
        binding := 'key';
    END IF;
    max_tokens := v_wanted;
    IF v_fixed + v_each * v_wanted > spendable AND v_each > 0 THEN
        max_tokens := least(v_wanted, div(spendable - v_fixed, v_each));  -- exact: a quotient would be rounded
    END IF;
    IF v_fixed > spendable OR max_tokens < least(v_wanted, (p->>'min_tokens')::int) THEN
        RETURN jsonb_build_object('outcome', 'out_of_credits', 'binding', binding, 'spendable', spendable,
            'needed', v_fixed + v_each * least(v_wanted, (p->>'min_tokens')::int));
    END IF;
    amount := v_fixed + v_each * max_tokens;

    IF v_conversation IS NOT NULL THEN
        IF (p->'conversation'->>'new')::bool THEN
            INSERT INTO conversations (organisation_id, id, user_id, assistant_id, title)
            VALUES (v_org, v_conversation, v_user, (p->'conversation'->>'assistant_id')::uuid,
                p->'conversation'->>'title') RETURNING * INTO c;
        ELSE
            SELECT * INTO c FROM conversations
            WHERE organisation_id = v_org AND id = v_conversation AND user_id = v_user FOR UPDATE;
            IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'no_conversation'); END IF;
            IF EXISTS (SELECT 1 FROM holds WHERE organisation_id = v_org AND request_id = c.active_request
                    AND lease_until > now_) THEN
                RETURN jsonb_build_object('outcome', 'conversation_busy', 'request_id', c.active_request);
            END IF;
            IF c.revision <> (p->'conversation'->>'revision')::int THEN
                RETURN jsonb_build_object('outcome', 'stale_conversation');
            END IF;
        END IF;
        cut := (p->'conversation'->>'replace_from')::int;
        IF cut IS NOT NULL THEN
            DELETE FROM messages WHERE organisation_id = v_org AND conversation_id = v_conversation AND position >= cut;
        END IF;
        position_ := c.last_position;
        IF p->'conversation'->'prompt' <> 'null'::jsonb THEN
            position_ := position_ + 1;
            INSERT INTO messages (organisation_id, id, conversation_id, position, role, content, state, request_id)
            VALUES (v_org, (p->'conversation'->'prompt'->>'id')::uuid, v_conversation, position_, 'user',
                p->'conversation'->'prompt'->>'content', 'complete', v_request);
        END IF;
        position_ := position_ + 1;
        INSERT INTO messages (organisation_id, id, conversation_id, position, role, content, state, request_id,
            assistant_id, model, labels, reasons, notices)
        VALUES (v_org, (p->'conversation'->>'answer_id')::uuid, v_conversation, position_, 'assistant', '', 'streaming',
            v_request, (p->'conversation'->>'answer_assistant_id')::uuid, p->'conversation'->>'model',
            p->'conversation'->'metadata', p->'conversation'->'reasons', p->'conversation'->'notices');
        UPDATE conversations SET revision = revision + 1, last_position = position_, active_request = v_request,
            assistant_id = (p->'conversation'->>'assistant_id')::uuid, updated_at = now_,
            message_count = CASE WHEN cut IS NULL
                THEN message_count + 1 + (p->'conversation'->'prompt' <> 'null'::jsonb)::int
                ELSE (SELECT count(*) FROM messages WHERE organisation_id = v_org AND conversation_id = v_conversation)
                END
        WHERE organisation_id = v_org AND id = v_conversation;
    END IF;

    IF p->'check' <> 'null'::jsonb THEN PERFORM record_prompt_check(p->'check'); END IF;
    INSERT INTO holds (organisation_id, request_id, user_id, caller, process_id, amount, max_tokens, period, day, windows,
        conversation_id, message_id, route, lease_until)
    VALUES (v_org, v_request, v_user, v_caller, (p->>'process_id')::uuid, amount, max_tokens, a.period, a.day,
        ARRAY(SELECT w->>'key' FROM jsonb_array_elements(p->'windows') AS w), v_conversation,
        (p->'conversation'->>'answer_id')::uuid, p->'route',
        now_ + make_interval(secs => (p->>'lease_seconds')::float8));
    UPDATE credit_accounts SET held = held + amount, active = active + 1, day_used = day_used + amount
    WHERE user_id = v_user;
    IF v_by_key THEN
        INSERT INTO api_key_months AS m (api_key_id, month, organisation_id, credits)
        VALUES (v_caller, a.period, v_org, amount)
        ON CONFLICT (api_key_id, month) DO UPDATE SET credits = m.credits + excluded.credits;
    END IF;
    IF o.organisation_id IS NOT NULL THEN
        UPDATE organisation_limits SET active = active + 1 WHERE organisation_id = v_org;
    END IF;
    IF p->'idempotency' <> 'null'::jsonb THEN
        INSERT INTO idempotency_keys AS i (caller, key, body_hash, request_id)
        VALUES ((p->'idempotency'->>'caller')::uuid, p->'idempotency'->>'key',
            decode(p->'idempotency'->>'body_hash', 'hex'), v_request)
        ON CONFLICT (caller, key) DO UPDATE SET body_hash = excluded.body_hash, request_id = excluded.request_id,
            result = NULL, created_at = now_;
    END IF;
    RETURN jsonb_build_object('outcome', 'admitted', 'max_tokens', max_tokens, 'held', amount,
        'balance', a.balance - a.held - amount, 'windows', rate_take(p->'windows', now_, v_tokens));
END $$;

CREATE OR REPLACE FUNCTION settle_requests(p jsonb)
RETURNS TABLE (request_id uuid, settled boolean, charged numeric, balance numeric)
LANGUAGE plpgsql AS $$
-- Ends each request exactly once: releases its hold, charges at most what was held, and writes the attempts, cost,
-- usage, answer and the end of its log. A request without a hold was settled before and is left alone.
#variable_conflict use_column
DECLARE
    item jsonb;
    h holds;
    a credit_accounts;
    v_charged numeric;
    v_display numeric;
    v_logs jsonb := '[]';
    v_saved text;
    v_key uuid;
BEGIN
    PERFORM 1 FROM credit_accounts WHERE user_id IN
        (SELECT (i->>'user_id')::uuid FROM jsonb_array_elements(p) AS i) ORDER BY user_id FOR UPDATE;
    PERFORM 1 FROM organisation_limits WHERE organisation_id IN
        (SELECT (i->>'organisation_id')::uuid FROM jsonb_array_elements(p) AS i) ORDER BY organisation_id FOR UPDATE;
    PERFORM 1 FROM rate_windows WHERE key IN
        (SELECT unnest(windows) FROM jsonb_array_elements(p) AS i JOIN holds ON holds.organisation_id =
            (i->>'organisation_id')::uuid AND holds.request_id = (i->>'request_id')::uuid) ORDER BY key FOR UPDATE;
    FOR item IN SELECT i FROM jsonb_array_elements(p) AS i LOOP
        request_id := (item->>'request_id')::uuid;
        DELETE FROM holds WHERE holds.organisation_id = (item->>'organisation_id')::uuid
            AND holds.request_id = (item->>'request_id')::uuid RETURNING * INTO h;
        IF NOT FOUND THEN
            settled := false;
            charged := (SELECT cost_records.charged FROM cost_records
                WHERE cost_records.organisation_id = (item->>'organisation_id')::uuid
                AND cost_records.request_id = (item->>'request_id')::uuid);
            balance := (SELECT credit_accounts.balance - held FROM credit_accounts
                WHERE user_id = (item->>'user_id')::uuid);
            RETURN NEXT;
            CONTINUE;
        END IF;
        v_display := coalesce((item->'cost'->>'display_cost')::numeric, 0);
        v_charged := least(v_display, h.amount);
        SELECT * INTO a FROM credit_accounts WHERE user_id = h.user_id;
        IF v_charged > 0 THEN
            INSERT INTO ledger_entries (organisation_id, user_id, kind, amount, request_id, reason)
            VALUES (h.organisation_id, h.user_id, 'charge', -v_charged, h.request_id, '');
            a.balance := a.balance - v_charged;
        END IF;
        IF h.period < a.period AND h.amount > v_charged THEN
            INSERT INTO ledger_entries (organisation_id, user_id, kind, amount, request_id, reason)
            VALUES (h.organisation_id, h.user_id, 'expire', v_charged - h.amount, h.request_id,
                'held across the end of the period');
            a.balance := a.balance - (h.amount - v_charged);
        END IF;
        a.held := a.held - h.amount;
        UPDATE credit_accounts SET balance = a.balance, held = a.held, active = active - 1,
            day_used = greatest(day_used - h.amount + v_charged, 0)
        WHERE user_id = h.user_id;
        UPDATE organisation_limits SET active = greatest(active - 1, 0) WHERE organisation_id = h.organisation_id;
        v_key := nullif(h.caller, h.user_id);
        IF v_key IS NOT NULL AND v_charged <> h.amount THEN
            UPDATE api_key_months SET credits = credits - h.amount + v_charged
            WHERE api_key_id = v_key AND month = h.period;
        END IF;

        INSERT INTO model_calls (organisation_id, id, request_id, attempt, user_id, conversation_id, assistant, provider,
            model, model_id, status, final, error_code, fault, started_ms, latency_ms, first_token_ms, input_tokens,
            cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, image_tokens, audio_tokens,
            estimated, provider_request_id, provider_cost, endpoint_id, malformed, may_have_run, api_key_id, route)
        SELECT h.organisation_id, x.id, h.request_id, x.attempt, h.user_id, h.conversation_id, item->>'assistant',
            x.provider, x.model, x.model_id, x.status, x.final, x.error_code, x.fault, x.started_ms, x.latency_ms,
            x.first_token_ms, x.input_tokens, x.cached_input_tokens, x.cache_write_tokens, x.output_tokens,
            x.reasoning_tokens, x.image_tokens, x.audio_tokens, x.estimated, x.provider_request_id, x.provider_cost,
            x.endpoint_id, x.malformed, x.may_have_run, v_key, CASE WHEN x.final THEN h.route END
        FROM jsonb_to_recordset(item->'attempts') AS x(id uuid, attempt int, provider text, model text, model_id uuid,
            status text, final boolean, error_code text, fault text, started_ms int, latency_ms int,
            first_token_ms int, input_tokens int, cached_input_tokens int, cache_write_tokens int, output_tokens int,
            reasoning_tokens int, image_tokens int, audio_tokens int, estimated boolean, provider_request_id text,
            provider_cost numeric, endpoint_id uuid, malformed int, may_have_run boolean);

        IF item->'cost' <> 'null'::jsonb THEN
            INSERT INTO cost_records (organisation_id, model_call_id, request_id, user_id, raw_cost, multiplier, factors,
                credits_per_dollar, display_cost, charged, absorbed, held, price_version, buckets, estimated, provider_cost)
            SELECT h.organisation_id, x.model_call_id, h.request_id, h.user_id, x.raw_cost, x.multiplier, x.factors,
                x.credits_per_dollar, v_display, v_charged, v_display - v_charged, h.amount, x.price_version, x.buckets,
                x.estimated, x.provider_cost
            FROM jsonb_to_record(item->'cost') AS x(model_call_id uuid, raw_cost numeric, multiplier numeric,
                factors jsonb, credits_per_dollar numeric, price_version int, buckets jsonb, estimated boolean,
                provider_cost numeric);
            INSERT INTO usage_records (organisation_id, user_id, api_key_id, request_id, conversation_id, type, assistant,
                model, quantity, prompt_tokens, completion_tokens, display_units)
            SELECT h.organisation_id, h.user_id, v_key, h.request_id, h.conversation_id, coalesce(x.type, 'chat'),
                item->>'assistant', x.model, coalesce(x.quantity, x.prompt_tokens + x.completion_tokens),
                x.prompt_tokens, x.completion_tokens, v_charged
            FROM jsonb_to_record(item->'usage') AS x(type text, model text, quantity int, prompt_tokens int,
                completion_tokens int);
            UPDATE rate_windows SET tokens = tokens + (item->'usage'->>'completion_tokens')::int
            WHERE key = ANY(h.windows) AND started_at <= h.created_at AND started_at > h.created_at - interval '1 minute';
        END IF;

        v_saved := NULL;
        IF item->'lost' <> 'null'::jsonb THEN
            v_saved := end_lost_answer(h.organisation_id, h.request_id, h.user_id, item->'lost');
        END IF;
        IF h.message_id IS NOT NULL THEN
            UPDATE conversations SET credits = credits + v_charged, revision = revision + 1, updated_at = clock_timestamp(),
                active_request = CASE WHEN active_request = h.request_id THEN NULL ELSE active_request END
            WHERE organisation_id = h.organisation_id AND id = h.conversation_id;
            UPDATE messages SET content = coalesce(v_saved, x.content), state = x.state, model = x.model, reasons = x.reasons,
                notices = x.notices, prompt_tokens = x.prompt_tokens, completion_tokens = x.completion_tokens,
                credits = v_charged, estimated = x.estimated, finish_reason = x.finish_reason,
                latency_ms = x.latency_ms, first_token_ms = x.first_token_ms, failure = x.failure
            FROM jsonb_to_record(item->'message') AS x(content text, state text, model text, reasons jsonb, notices jsonb,
                prompt_tokens int, completion_tokens int, estimated boolean, finish_reason text, latency_ms int,
                first_token_ms int, failure text)
            WHERE messages.organisation_id = h.organisation_id AND messages.id = h.message_id;
        END IF;
        IF item->'result' <> 'null'::jsonb THEN
            UPDATE idempotency_keys SET result = item->'result' WHERE idempotency_keys.request_id = h.request_id;
        ELSE  -- nothing to repeat: the key may be used again
            DELETE FROM idempotency_keys WHERE idempotency_keys.request_id = h.request_id;
        END IF;
        IF item->'log' <> 'null'::jsonb THEN
            v_logs := v_logs || jsonb_build_array(item->'log');
        END IF;
        settled := true;
        charged := v_charged;
        balance := a.balance - a.held;
        RETURN NEXT;
    END LOOP;
    IF v_logs <> '[]' THEN PERFORM save_answers(v_logs); END IF;
END $$;
