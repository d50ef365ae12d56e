import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isRecent, isUncommitted} from '../../../engine/source/recent.ts';

const test = suite('recent inodes');

const second = 1_000_000_000n;
const start = 1_795_381_750n * second;

/** As lstat gave them in containers and builds of podman 4.3. */
const cases = [
	{
		what: 'a mount point that the engine made',
		mtimeNs: start + 679_061_739n,
		ctimeNs: start + 679_061_739n,
		recent: true,
		uncommitted: true,
	},
	{
		what: 'the root, which got a mount point and then its mode',
		mtimeNs: start + 679_061_739n,
		ctimeNs: start + 682_699_197n,
		recent: true,
		uncommitted: true,
	},
	{
		what: 'a directory of a layer that was unpacked right after it was built',
		mtimeNs: start,
		ctimeNs: start + 325_989_422n,
		recent: false,
		uncommitted: false,
	},
	{
		what: 'a file of a layer whose tar has fractions of a second',
		mtimeNs: start - 30n * 86_400n * second + 5n,
		ctimeNs: start + 1n,
		recent: false,
		uncommitted: false,
	},
	{
		what: 'a file that a later step of the same build gave another owner',
		mtimeNs: start + 5n,
		ctimeNs: start + 600n * second,
		recent: false,
		uncommitted: true,
	},
	{
		what: 'a file of the future',
		mtimeNs: start + 5n,
		ctimeNs: start,
		recent: false,
		uncommitted: false,
	},
];

for (const {what, mtimeNs, ctimeNs, recent, uncommitted} of cases)
	test(`tell ${what}`, () => {
		const times = {mtimeNs, ctimeNs};
		assert.equal([isRecent(times), isUncommitted(times)], [recent, uncommitted]);
	});

test.run();
