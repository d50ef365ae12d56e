import {readFile} from 'node:fs/promises';
import * as v from 'valibot';
import {replaceFile} from '../system/durable-file.ts';
import type {BootReason} from './boot-reason.ts';

/** Written once in each boot: later the entries no longer tell. */
export const bootReasonFile = '/run/slipway/boot-reason.json';

const from = v.array(
	v.object({id: v.string(), attempts: v.number(), reason: v.nullable(v.string())}),
);
const schema = v.object({
	version: v.literal(1),
	reason: v.nullable(
		v.variant('kind', [
			v.object({kind: v.literal('newest')}),
			v.object({kind: v.literal('rolled-back')}),
			v.object({kind: v.literal('picked'), instead: v.string()}),
			v.object({kind: v.literal('fell-back'), from}),
			v.object({kind: v.literal('last-resort'), from}),
		]),
	),
});

export async function writeBootReason(
	reason: BootReason | undefined,
	file = bootReasonFile,
): Promise<void> {
	const text = `${JSON.stringify({version: 1, reason: reason ?? null})}\n`;
	await replaceFile(file, text, {mode: 0o644});
}

/** Undefined as long as nobody has written it in this boot, null when nobody knows it. */
export async function readBootReason(
	file = bootReasonFile,
): Promise<BootReason | null | undefined> {
	try {
		const result = v.safeParse(schema, JSON.parse(await readFile(file, 'utf8')));
		return result.success ? result.output.reason : undefined;
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
		if (isMissing || error instanceof SyntaxError) return undefined;
		throw error;
	}
}
