import type {StorageAnswers} from '../../answers/answers.ts';
import type {BootstrapWork} from '../work.ts';

const generator = '/usr/lib/systemd/system-generators/zram-generator';
const settings = '/etc/systemd/zram-generator.conf';

/** As distributions have it that use it by default. */
const settingsText = '[zram0]\nzram-size = min(ram / 2, 4096)\ncompression-algorithm = zstd\n';

/** Swap in compressed memory, by systemd's zram-generator. Partitions for swap are the layout's matter. */
export function putZram(
	{image, files, problems, note}: BootstrapWork,
	swap: StorageAnswers['swap'],
): void {
	if (swap !== 'zram') return;
	if (!image.isFile(generator)) {
		problems.refuse('no-zram-generator', 'the image has no zram-generator', {
			hint: 'Install it in the image (Debian: systemd-zram-generator), or give swap a size.',
		});
		return;
	}
	files.file(settings, settingsText);
	note('swap in compressed memory', settings);
}
