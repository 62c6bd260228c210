-- Logs of streamed answers, for readers in other processes. Rows are locked in the order of their requests.

CREATE FUNCTION save_answers(p jsonb) RETURNS SETOF uuid
LANGUAGE plpgsql AS $$
-- Adds what is new to logs, and tells which requests can still be added to: a log that has ended, or whose request
-- has, is left alone. Only what ends a log may come without a hold. No events means that they are as before. What may
-- not have arrived is written again with what was said since; if it then arrives late, it changes nothing.
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM answer_logs WHERE request_id IN (SELECT (i->>'request_id')::uuid FROM jsonb_array_elements(p) AS i)
        ORDER BY request_id FOR NO KEY UPDATE;
    INSERT INTO answer_logs AS l (organisation_id, request_id, user_id, events, ended)
    SELECT x.organisation_id, x.request_id, x.user_id, x.events, x.ended
    FROM jsonb_to_recordset(p) AS x(organisation_id uuid, request_id uuid, user_id uuid, events jsonb, ended boolean)
    WHERE x.events <> '[]' AND (x.ended OR EXISTS (SELECT 1 FROM holds
        WHERE holds.organisation_id = x.organisation_id AND holds.request_id = x.request_id))
    ORDER BY x.request_id
    ON CONFLICT (organisation_id, request_id) DO UPDATE
        SET events = excluded.events, ended = excluded.ended, updated_at = clock_timestamp()
        WHERE NOT l.ended AND jsonb_array_length(excluded.events) >= jsonb_array_length(l.events);
    INSERT INTO answer_parts AS t (organisation_id, request_id, edition, start, text)
    SELECT x.organisation_id, x.request_id, x.edition, x.start, x.text
    FROM jsonb_to_recordset(p) AS x(organisation_id uuid, request_id uuid, edition int, start int, text text, ended boolean)
        JOIN answer_logs l ON l.organisation_id = x.organisation_id AND l.request_id = x.request_id
    WHERE x.text <> '' AND l.ended = x.ended
    ON CONFLICT (organisation_id, request_id, edition, start) DO UPDATE SET text = excluded.text
        WHERE length(excluded.text) > length(t.text);
    RETURN QUERY SELECT l.request_id FROM answer_logs l
        WHERE l.request_id IN (SELECT (i->>'request_id')::uuid FROM jsonb_array_elements(p) AS i) AND NOT l.ended;
END $$;

CREATE FUNCTION end_lost_answer(p_organisation uuid, p_request uuid, p_user uuid, p_failure jsonb) RETURNS text
LANGUAGE plpgsql AS $$
-- The process that wrote an answer is gone: its log ends with a failure. Returns the text that was saved.
DECLARE
    l answer_logs;
    v_edition int;
    v_text text;
BEGIN
    SELECT * INTO l FROM answer_logs WHERE organisation_id = p_organisation AND request_id = p_request FOR NO KEY UPDATE;
    v_edition := coalesce((l.events->-1->>0)::int, 0);
    SELECT coalesce(string_agg(text, '' ORDER BY start), '') INTO v_text FROM answer_parts
    WHERE organisation_id = p_organisation AND request_id = p_request AND edition = v_edition;
    INSERT INTO answer_logs (organisation_id, request_id, user_id, events, ended)
    VALUES (p_organisation, p_request, p_user, coalesce(l.events, '[]')
        || jsonb_build_array(jsonb_build_array(v_edition, length(v_text), 'failed', p_failure)), true)
    ON CONFLICT (organisation_id, request_id) DO UPDATE
        SET events = excluded.events, ended = true, updated_at = clock_timestamp();
    RETURN v_text;
END $$;
