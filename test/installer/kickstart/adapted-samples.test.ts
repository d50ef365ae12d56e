/** What machines are installed by in test/vm: samples that stay samples, and hold nothing that is refused. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {unsupportedAnswers} from '../../../installer/config/unsupported-answers.ts';
import {readKickstart} from '../../../installer/kickstart/read-kickstart.ts';
import {
	type Adaptations,
	adaptedSample,
	dynamicInclude,
	explicitServer,
	minimalWipe,
} from '../../vm/adapted-samples.ts';
import {sshKey} from '../bootstrap/planned.ts';
import {hashPassword, said} from './reading.ts';

const test = suite('adapted samples of kickstarts');

/** What 05 writes for the disk that it finds. */
const storage = `ignoredisk --only-use=/dev/vdd
zerombr
clearpart --all --initlabel --drives=/dev/vdd
autopart --type=plain --fstype=ext4 --nohome
`;

const samples: readonly (readonly [name: string, (key: string) => Adaptations])[] = [
	['01-minimal-wipe.ks', minimalWipe],
	['03-server-explicit.ks', explicitServer],
	['05-dynamic-include.ks', dynamicInclude],
];

for (const [name, adaptations] of samples)
	test(`${name} can be installed by`, async () => {
		const text = adaptedSample(name, adaptations(sshKey));
		let isWritten = false;
		const reading = await readKickstart(
			{path: name, text},
			{hashPassword, isLenient: false},
			{
				readInclude: async (file) =>
					file === '/tmp/storage.ks' && isWritten ? storage : undefined,
				runPre: async () => {
					isWritten = true;
				},
			},
		);
		assert.equal(
			said(reading).filter((line) => !line.startsWith('note ')),
			[],
		);
		assert.equal(unsupportedAnswers(reading.answers), []);
		assert.match(text, sshKey);
	});

test('say when their sample has changed', () => {
	assert.throws(
		() => adaptedSample('01-minimal-wipe.ks', {'it is so': ['lang fr_FR']}),
		/01-minimal-wipe\.ks has nothing to adapt because it is so/,
	);
});

test.run();
