-- Scores of people, API keys and addresses whose prompts are blocked or costly. Rows of abuse_subjects are locked in the
-- order of kind and ref, after everything that admission and settlement lock.

CREATE FUNCTION abuse_score(p_score float8, p_updated_at timestamptz, p_half_life float8, p_now timestamptz)
RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
-- What is left of a score: half of it after each half-life. A clock that went back lets nothing grow.
    SELECT p_score * power(2::float8, -least(greatest(extract(epoch FROM p_now - p_updated_at)::float8, 0) / p_half_life, 500))
$$;

CREATE FUNCTION abuse_fades(p_score float8, p_half_life float8, p_threshold float8, p_now timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
-- When a score will be down to a threshold; NULL when it is not above it.
    SELECT CASE WHEN p_score > p_threshold
        THEN p_now + make_interval(secs => p_half_life * ln(p_score / p_threshold) / ln(2::float8)) END
$$;

CREATE FUNCTION abuse_restraint(s abuse_subjects, p_now timestamptz) RETURNS jsonb
LANGUAGE sql STABLE AS $$
-- How a subject is restrained, with the seconds that are left; none are left of what is over.
    SELECT jsonb_build_object('id', s.id, 'kind', s.kind, 'ref', s.ref, 'slow_by', s.slow_by, 'cause', s.cause,
        'by_hand', s.paused_by_hand, 'slowed_until', s.slowed_until, 'paused_until', s.paused_until,
        'slowed', coalesce(extract(epoch FROM s.slowed_until - p_now)::float8, 0),
        'paused', coalesce(extract(epoch FROM s.paused_until - p_now)::float8, 0))
$$;

CREATE FUNCTION raise_abuse(p jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
-- Counts events, each once, and takes the steps that follow. Tells how everybody whose score rose is restrained now.
DECLARE
    e jsonb;
    m jsonb;
    r jsonb;
    s abuse_subjects;
    now_ timestamptz;
    v_spared boolean;
    v_binding boolean;
    v_told jsonb := '[]';
BEGIN
    INSERT INTO abuse_subjects (kind, ref, organisation_id, user_id, half_life, slow_from, pause_from)  -- or locks
    SELECT DISTINCT ON (i->>'kind', i->>'ref') i->>'kind', i->>'ref', (i->>'organisation_id')::uuid,
        (i->>'user_id')::uuid, (i->'rules'->>'half_life_seconds')::float8, (i->'rules'->>'slow_from')::float8,
        (i->'rules'->>'pause_from')::float8
    FROM jsonb_array_elements(p) AS t, jsonb_array_elements(t->'marks') AS i ORDER BY i->>'kind', i->>'ref'
    ON CONFLICT (kind, ref) DO UPDATE SET organisation_id = excluded.organisation_id;

    FOR e IN SELECT t FROM jsonb_array_elements(p) AS t LOOP
        now_ := clock_timestamp();
        INSERT INTO abuse_events (organisation_id, id, request_id, check_id, user_id, api_key_id, address, kind, category,
            points, person_points, once, created_at)
        SELECT x.organisation_id, x.id, x.request_id, x.check_id, x.user_id, x.api_key_id, x.address, x.kind, x.category,
            x.points, x.person_points, x.once, now_
        FROM jsonb_to_record(e) AS x(organisation_id uuid, id uuid, request_id uuid, check_id uuid, user_id uuid,
            api_key_id uuid, address text, kind text, category text, points float8, person_points float8, once text)
        ON CONFLICT (organisation_id, once) DO NOTHING;
        IF NOT FOUND THEN CONTINUE; END IF;
        v_spared := (SELECT role IN ('admin', 'support') FROM users WHERE id = (e->>'user_id')::uuid);

        FOR m IN SELECT i FROM jsonb_array_elements(e->'marks') AS i LOOP
            r := m->'rules';
            SELECT * INTO s FROM abuse_subjects WHERE kind = m->>'kind' AND ref = m->>'ref' FOR UPDATE;
            s.score := abuse_score(s.score, s.updated_at, s.half_life, now_);
            s.half_life := (r->>'half_life_seconds')::float8;
            s.slow_from := (r->>'slow_from')::float8;
            s.pause_from := (r->>'pause_from')::float8;
            IF s.score < s.slow_from AND (s.paused_until IS NULL OR s.paused_until <= now_) THEN
                s.pauses := 0;  -- what was before has faded: this begins anew
                s.alerted_at := NULL;
            END IF;
            s.score := least(s.score + (m->>'points')::float8, 1000000);
            v_binding := s.kind <> 'address' OR (r->>'people')::int <= (
                SELECT count(DISTINCT user_id) FROM abuse_events WHERE address = s.ref AND taken_back_at IS NULL
                AND created_at > greatest(now_ - make_interval(secs => 4 * s.half_life), s.revoked_at));
            IF v_binding AND NOT v_spared THEN
                s.slowed_until := greatest(s.slowed_until, abuse_fades(s.score, s.half_life, s.slow_from, now_));
                s.slow_by := (r->>'slow_by')::int;
                IF s.score >= s.pause_from AND (s.paused_until IS NULL OR s.paused_until <= now_) THEN
                    s.pauses := s.pauses + 1;
                    s.paused_at := now_;
                    s.paused_by_hand := false;
                    s.paused_until := now_ + make_interval(secs => least((r->>'longest_pause_seconds')::float8,
                        (r->>'pause_seconds')::float8 * power(2::float8, least(s.pauses, 30) - 1)));
                    s.cause := e->>'kind';
                END IF;
            END IF;
            IF v_binding AND s.alerted_at IS NULL
                AND (s.score >= (r->>'alert_from')::float8 OR s.pauses >= (r->>'alert_pauses')::int) THEN
                s.alerted_at := now_;
            END IF;
            UPDATE abuse_subjects SET score = s.score, half_life = s.half_life, slow_from = s.slow_from,
                pause_from = s.pause_from, updated_at = now_, slowed_until = s.slowed_until, slow_by = s.slow_by,
                paused_at = s.paused_at, paused_until = s.paused_until, paused_by_hand = s.paused_by_hand,
                cause = s.cause, pauses = s.pauses, alerted_at = s.alerted_at
            WHERE id = s.id;
            v_told := v_told || jsonb_build_array(abuse_restraint(s, now_));
        END LOOP;
    END LOOP;
    RETURN v_told;
END $$;

CREATE FUNCTION settle_and_raise(p jsonb)
RETURNS TABLE (request_id uuid, settled boolean, charged numeric, balance numeric)
LANGUAGE plpgsql AS $$
-- Settles, and counts what came with requests that this call settled, in the same transaction.
#variable_conflict use_column
DECLARE
    v_events jsonb;
    v_done jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') INTO v_done FROM settle_requests(p) AS s;
    SELECT coalesce(jsonb_agg(i->'abuse'), '[]') INTO v_events
    FROM jsonb_array_elements(p) AS i JOIN jsonb_array_elements(v_done) AS d ON d->>'request_id' = i->>'request_id'
    WHERE (d->>'settled')::boolean AND i->'abuse' <> 'null'::jsonb;
    PERFORM raise_abuse(v_events);
    RETURN QUERY SELECT x.request_id, x.settled, x.charged, x.balance FROM jsonb_to_recordset(v_done)
        AS x(request_id uuid, settled boolean, charged numeric, balance numeric);
END $$;

CREATE FUNCTION take_back_abuse(p_organisation uuid, p_event uuid, p_by text) RETURNS boolean
LANGUAGE plpgsql AS $$
-- Takes one event's points back from whomever they were given to; false when that was done before, or there is none.
-- A pause that the score caused ends when without these points there would have been none.
DECLARE
    v abuse_events;
    s abuse_subjects;
    now_ timestamptz;
BEGIN
    SELECT * INTO v FROM abuse_events WHERE organisation_id = p_organisation AND id = p_event;
    PERFORM 1 FROM abuse_subjects WHERE (kind, ref) IN (('user', v.user_id::text), ('key', v.api_key_id::text),
        ('address', v.address)) ORDER BY kind, ref FOR UPDATE;
    now_ := clock_timestamp();
    UPDATE abuse_events SET taken_back_at = now_, taken_back_by = p_by
    WHERE organisation_id = p_organisation AND id = p_event AND taken_back_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    FOR s IN SELECT * FROM abuse_subjects WHERE (kind, ref) IN (('user', v.user_id::text),
        ('key', v.api_key_id::text), ('address', v.address)) ORDER BY kind, ref
    LOOP
        CONTINUE WHEN s.revoked_at >= v.created_at;
        s.score := greatest(abuse_score(s.score, s.updated_at, s.half_life, now_) - abuse_score(
            CASE s.kind WHEN 'user' THEN v.person_points ELSE v.points END, v.created_at, s.half_life, now_), 0);
        IF NOT s.paused_by_hand AND s.score < abuse_score(s.pause_from, s.paused_at, s.half_life, now_) THEN
            s.paused_until := NULL;
            s.pauses := greatest(s.pauses - 1, 0);
        END IF;
        UPDATE abuse_subjects SET score = s.score, updated_at = now_, pauses = s.pauses, paused_until = s.paused_until,
            slowed_until = abuse_fades(s.score, s.half_life, s.slow_from, now_),
            alerted_at = CASE WHEN s.score >= s.slow_from OR s.pauses > 0 THEN alerted_at END
        WHERE id = s.id;
    END LOOP;
    RETURN true;
END $$;

CREATE FUNCTION abuse_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fairlead', 'abuse ' || coalesce(NEW.id, OLD.id));
    RETURN NULL;
END $$;

CREATE TRIGGER tell AFTER UPDATE OF slowed_until, paused_until ON abuse_subjects FOR EACH ROW
    WHEN (OLD.slowed_until IS DISTINCT FROM NEW.slowed_until OR OLD.paused_until IS DISTINCT FROM NEW.paused_until)
    EXECUTE FUNCTION abuse_changed();
CREATE TRIGGER tell_gone AFTER DELETE ON abuse_subjects FOR EACH ROW
    WHEN (OLD.slowed_until IS NOT NULL OR OLD.paused_until IS NOT NULL) EXECUTE FUNCTION abuse_changed();
