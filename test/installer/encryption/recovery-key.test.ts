import {existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed, Refused, UsageError} from '../../../engine/errors.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import type {EncryptionPlan} from '../../../installer/encryption/encryption-plan.ts';
import {
	checkRecoveryKey,
	recoveryKeyFile,
	writeRecoveryKey,
} from '../../../installer/encryption/recovery-key.ts';

const test = suite<{folder: string}>('recovery key');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-recovery-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const uuid = '0f3a5c21-1111-4222-8333-444455556666';

function planWith(recoveryKey: EncryptionPlan['recoveryKey']): EncryptionPlan {
	return {
		type: 'luks2',
		uuid,
		name: 'slipway-root',
		cipher: 'aes-xts-plain64',
		keyDerivation: undefined,
		unlockedBy: [{kind: 'passphrase'}],
		recoveryKey,
	};
}

const problemsOf = (place: string) =>
	checkRecoveryKey(planWith({kind: 'written', path: place}), false).problems;

test('is shown only where somebody looks', () => {
	const plan = planWith({kind: 'shown'});
	assert.equal(checkRecoveryKey(plan, true), {problems: [], warnings: []});
	const [problem, ...others] = checkRecoveryKey(plan, false).problems;
	assert.equal(others, []);
	assert.instance(problem, UsageError);
	assert.match(problem?.message ?? '', 'nobody is there to see it');
});

test('is written to a file, or to one in a folder that is named after the disk', async ({
	folder,
}) => {
	for (const place of [folder, path.join(folder, 'key.txt')]) {
		assert.equal(problemsOf(place), []);
		const file = recoveryKeyFile({uuid}, {kind: 'written', path: place});
		await writeRecoveryKey(file, new Secret('cbdefghi'));
		assert.is(readFileSync(file, 'utf8'), 'cbdefghi\n');
		assert.is(statSync(file).mode & 0o777, 0o600);
	}
	assert.ok(existsSync(path.join(folder, `slipway-recovery-key-${uuid}.txt`)));
	assert.ok(existsSync(path.join(folder, 'key.txt')));
});

test('never replaces another one', async ({folder}) => {
	const file = path.join(folder, 'key.txt');
	writeFileSync(file, 'another');
	const [problem] = problemsOf(file);
	assert.instance(problem, Refused);
	assert.is(problem?.code, 'recovery-key-exists');
	try {
		await writeRecoveryKey(file, new Secret('planted'));
		assert.unreachable();
	} catch (error) {
		assert.instance(error, OperationFailed);
		assert.is(
			(error as OperationFailed).message,
			`the recovery key cannot be written to ${file}: EEXIST`,
		);
	}
	assert.is(readFileSync(file, 'utf8'), 'another');
});

test('is refused before anything is written when its folder is not there', ({folder}) => {
	const [problem] = problemsOf(path.join(folder, 'a/key.txt'));
	assert.instance(problem, UsageError);
	assert.is(problem?.message, `the recovery key cannot be written to ${folder}/a: ENOENT`);
});

test('is warned about where it does not last', () => {
	const folder = mkdtempSync('/dev/shm/slipway-recovery-');
	try {
		const plan = planWith({kind: 'written', path: path.join(folder, 'key')});
		const {problems, warnings} = checkRecoveryKey(plan, false);
		assert.equal([problems, warnings.map(({code}) => code)], [[], ['recovery-key-passing']]);
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test.run();
