import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {exitStatus, Lacking, Refused} from '../../engine/errors.ts';
import {SeveralRefusals, throwRefusals} from '../../installer/several-refusals.ts';

const test = suite('several refusals');

const readOnly = new Refused('read-only', 'the disk is read-only', {hint: 'Take another.'});
const tooSmall = new Refused('too-small', 'the disk is too small', {hint: 'Take another.'});
const lacking = new Lacking('missing-program', 'sfdisk is missing', {hint: 'Install it.'});

function thrown(refusals: Parameters<typeof throwRefusals>[0]): unknown {
	try {
		throwRefusals(refusals);
	} catch (error) {
		return error;
	}
	return undefined;
}

test('are thrown as they are when there is one, and not when there is none', () => {
	assert.is(thrown([readOnly]), readOnly);
	assert.is(thrown([]), undefined);
});

test('are listed in one when there are several, each hint once', () => {
	const error = thrown([readOnly, tooSmall, lacking]);
	if (!(error instanceof SeveralRefusals)) throw error;
	assert.ok(error instanceof Refused);
	assert.equal(
		[error.code, error.message, error.hint],
		[
			'read-only',
			'the disk is read-only; the disk is too small; sfdisk is missing',
			'Take another. Install it.',
		],
	);
	assert.equal(error.refusals, [readOnly, tooSmall, lacking]);
});

test('end with the status of the first, when there are several', () => {
	const statusOf = (...refusals: Parameters<typeof throwRefusals>[0]) => {
		const error = thrown(refusals);
		return error instanceof SeveralRefusals && error.exitStatus;
	};
	assert.is(statusOf(lacking, readOnly), exitStatus.lacking);
	assert.is(statusOf(readOnly, lacking), exitStatus.refused);
});

test.run();
