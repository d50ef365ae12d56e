import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noAnswers} from '../../../installer/answers/answers.ts';
import {ImageTree} from '../../../installer/bootstrap/image-tree.ts';
import {
	bootFstab,
	otherFstab,
	refusalsOfPlaces,
	withFstab,
} from '../../../installer/mounted/fstab-answer.ts';
import {directory, symlink} from '../../engine/source/trees.ts';
import {type MadeImage, makeTree} from '../bootstrap/planned.ts';
import {espVolume} from './targets.ts';

const test = suite('lines of fstab');

const imageOf = (files: MadeImage) => new ImageTree(makeTree(files), new Map());
const image = imageOf({'/srv': symlink('var/srv'), '/etc/fstab': '# of the image\n'});

test('are for boot partitions that nobody would find', () => {
	const boot = {esp: espVolume(), xbootldr: undefined};
	assert.equal(bootFstab(boot, image, undefined), []);
	const hidden = {...boot, esp: espVolume({isFound: false})};
	assert.equal(bootFstab(hidden, image, undefined), ['UUID=1234-ABCD /boot vfat umask=0077 0 2']);
	assert.equal(bootFstab(boot, image, '/dev/vda1'), ['UUID=1234-ABCD /boot vfat umask=0077 0 2']);
	assert.equal(bootFstab(boot, image, 'LABEL=EFI'), ['LABEL=EFI /boot vfat umask=0077 0 2']);
});

test('are for both where the image has a place for the second', () => {
	const xbootldr = espVolume({
		isFound: false,
		signature: {type: 'vfat', label: undefined, uuid: '5678-DCBA'},
	});
	const boot = {esp: espVolume({isFound: false}), xbootldr};
	const ofBoot = 'UUID=5678-DCBA /boot vfat umask=0077 0 2';
	assert.equal(bootFstab(boot, image, undefined), [ofBoot]);
	assert.equal(bootFstab(boot, imageOf({'/efi': directory()}), undefined), [
		ofBoot,
		'UUID=1234-ABCD /efi vfat umask=0077 0 2',
	]);
});

test('are for other file systems, where links of the image lead', () => {
	const mounts = ['/srv/data', '/home', '/var/two words'].map((path) => ({
		path,
		type: 'xfs',
		uuid: 'a-b',
	}));
	assert.equal(otherFstab(mounts, image), [
		'UUID=a-b /var/srv/data xfs nofail 0 2',
		'UUID=a-b /home xfs defaults 0 2',
		'UUID=a-b /var/two\\040words xfs nofail 0 2',
	]);
});

test('need a place in the image, or in /var', () => {
	const tree = imageOf({'/srv': symlink('var/srv'), '/mnt': directory(), '/loop': symlink('loop')});
	const refused = ['/srv/data', '/var/lib/x', '/mnt', '/mnt/x', '/data', '/loop'].flatMap((path) =>
		refusalsOfPlaces([{path, type: 'ext4', uuid: 'a'}], tree).map(({message}) => message),
	);
	assert.equal(
		refused,
		['/mnt/x', '/data', '/loop'].map(
			(path) => `the image has no folder ${path} for what is mounted there`,
		),
	);
});

test("stand behind those of the image, and give way to a person's", () => {
	const [file] = withFstab(noAnswers, image, ['one', 'two']).files;
	assert.equal(file?.content, {kind: 'text', text: '# of the image\none\ntwo\n'});
	assert.is(withFstab(noAnswers, image, []), noAnswers);
	const given = {...noAnswers, files: file === undefined ? [] : [file]};
	assert.is(withFstab(given, image, ['three']), given);
});

test.run();
