import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	endGrowth,
	growthMark,
	growthProblemFile,
	noteGrowthProblem,
	readGrowthProblem,
} from '../../../engine/deployment/root-growth.ts';
import {Refused} from '../../../engine/errors.ts';

const test = suite<{root: string; physical: string}>('mark of a root that is to grow');

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'slipway-growth-'));
	context.physical = path.join(context.root, 'sysroot');
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

function mark(physical: string): void {
	mkdirSync(path.dirname(path.join(physical, growthMark)), {recursive: true});
	writeFileSync(path.join(physical, growthMark), '\n');
}

test('tells why, until it is gone', async ({root, physical}) => {
	await noteGrowthProblem(new Refused('other', 'no room', {hint: 'Make some.'}), root);
	assert.is(await readGrowthProblem(physical, root), undefined, 'nobody asked');
	mark(physical);
	assert.equal(await readGrowthProblem(physical, root), {message: 'no room', hint: 'Make some.'});
	await endGrowth(physical, root);
	assert.is(await readGrowthProblem(physical, root), undefined);
	await endGrowth(physical, root);
});

test('tells also of what nobody noted, or nobody can read', async ({root, physical}) => {
	mark(physical);
	const unknown = {
		message: 'it was not done in this boot',
		hint: 'Look at journalctl --unit slipway-grow.service, and run slipway grow.',
	};
	assert.equal(await readGrowthProblem(physical, root), unknown);
	mkdirSync(path.dirname(path.join(root, growthProblemFile)), {recursive: true});
	writeFileSync(path.join(root, growthProblemFile), '{');
	assert.equal(await readGrowthProblem(physical, root), unknown);
	await noteGrowthProblem(new Error('a defect'), root);
	assert.equal(await readGrowthProblem(physical, root), {...unknown, message: 'a defect'});
});

test.run();
